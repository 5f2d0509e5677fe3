#include "metadata.h"

#include <charconv>
#include <cstring>

#include "json_text.h"

namespace penstock::event {
namespace {

// The source block's members that add.fields may name, with their Connect type.
struct SourceField {
  const char* name;
  const char* type;
};
constexpr SourceField kSourceFields[] = {
    {"version", "string"},   {"connector", "string"}, {"name", "string"},
    {"ts_ms", "int64"},      {"snapshot", "string"},  {"db", "string"},
    {"sequence", "string"},  {"ts_us", "int64"},      {"ts_ns", "int64"},
    {"schema", "string"},    {"table", "string"},     {"txId", "int64"},
    {"lsn", "int64"},        {"xmin", "int64"},       {"origin", "string"},
    {"origin_lsn", "int64"},
};

char* Put(char* to, std::string_view text) {
  std::memcpy(to, text.data(), text.size());
  return to + text.size();
}

// Reads one member back out of the source block just written: the block is short and flat, its
// values hold no nested objects, and this path is for add.fields only.
std::string_view MemberOf(std::string_view block, std::string_view name) {
  const std::string marker = "\"" + std::string(name) + "\":";
  size_t at = 0;
  // Members follow a brace or a comma outside strings.
  bool in_string = false;
  for (size_t i = 0; i < block.size(); ++i) {
    const char c = block[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
      continue;
    }
    if ((c == '{' || c == ',') && block.substr(i + 1, marker.size()) == marker) {
      at = i + 1 + marker.size();
      break;
    }
    if (c == '"') in_string = true;
  }
  if (at == 0) return "null";
  size_t end = at;
  in_string = false;
  for (; end < block.size(); ++end) {
    const char c = block[end];
    if (in_string && c == '\\') {
      ++end;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == ',' || c == '}')) {
      break;
    }
  }
  return block.substr(at, end - at);
}

}  // namespace

void TransactionInfo::Set(const StreamConstants& stream, uint32_t xid, bool has_xid,
                          int64_t commit_us, uint64_t previous_end_lsn, std::string_view origin,
                          uint64_t origin_lsn, uint32_t xmin) {
  start_ = stream.source_start + std::to_string(commit_us / 1000) + ",\"snapshot\":\"";
  sequence_ = "\"" + stream.database_field +
              (previous_end_lsn == 0 ? "\"[null,\\\""
                                     : "\"[\\\"" + std::to_string(previous_end_lsn) + "\\\",\\\"");
  times_ = "\\\"]\",\"ts_us\":" + std::to_string(commit_us) +
           ",\"ts_ns\":" + std::to_string(commit_us * 1000);
  xid_ = (has_xid ? std::to_string(xid) : "null") + ",\"lsn\":";
  end_ = ",\"xmin\":" + (xmin == 0 ? "null" : std::to_string(xmin)) +
         ",\"origin\":" + (origin.empty() ? "null" : JsonString(origin)) +
         ",\"origin_lsn\":" + (origin.empty() ? "null" : std::to_string(origin_lsn)) + "}";
}

void TransactionInfo::SetXid(uint32_t xid) { xid_ = std::to_string(xid) + ",\"lsn\":"; }

void AppendSource(Buffer& out, std::string_view source_names, const EventInfo& info) {
  const TransactionInfo& transaction = *info.transaction;
  char digits[24];
  const auto last = std::to_chars(digits, digits + sizeof digits, info.lsn);
  const std::string_view lsn(digits, static_cast<size_t>(last.ptr - digits));
  const std::string_view parts[] = {
      transaction.start(),    info.snapshot,
      transaction.sequence(), lsn,
      transaction.times(),    source_names,
      transaction.xid(),      info.shows_lsn ? lsn : std::string_view("null"),
      transaction.end()};
  size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  char* p = out.Reserve(size);
  for (const std::string_view part : parts) p = Put(p, part);
  out.Advance(size);
}

void AppendEnvelopeEnd(Buffer& out, const EventInfo& info) {
  // Nanoseconds have 19 digits from 2001 to 2286; the first 13 and 16 of them are the other two.
  char digits[24];
  const auto last = std::to_chars(digits, digits + sizeof digits, info.now_ns);
  const std::string_view nanos(digits, static_cast<size_t>(last.ptr - digits));
  const size_t whole = nanos.size() > 6 ? nanos.size() : 7;
  char* const start = out.Reserve(160 + info.transaction_block.size());
  char* p = Put(start, ",\"transaction\":");
  p = Put(p, info.transaction_block);
  p = Put(p, ",\"op\":\"");
  *p++ = info.op;
  p = Put(p, "\",\"ts_ms\":");
  p = Put(p, nanos.substr(0, whole - 6));
  p = Put(p, ",\"ts_us\":");
  p = Put(p, nanos.substr(0, whole - 3));
  p = Put(p, ",\"ts_ns\":");
  p = Put(p, nanos);
  *p++ = '}';
  out.Advance(static_cast<size_t>(p - start));
}

const char* MetadataType(std::string_view path) {
  if (path == "op" || path == "transaction.id") return "string";
  if (path.rfind("source.", 0) != 0) return "int64";
  for (const SourceField& field : kSourceFields) {
    if (path.substr(7) == field.name) return field.type;
  }
  return "string";
}

void AppendMetadata(Buffer& out, std::string_view path, const RelationPlan& plan,
                    const EventOptions& options, const EventInfo& info) {
  if (path == "op") {
    out.Append('"');
    out.Append(info.op);
    return out.Append('"');
  }
  if (path == "ts_ms") return AppendInt(out, info.now_ns / 1000000);
  if (path == "ts_us") return AppendInt(out, info.now_ns / 1000);
  if (path == "ts_ns") return AppendInt(out, info.now_ns);
  constexpr std::string_view kTransaction = "transaction.";
  if (path.rfind(kTransaction, 0) == 0) {
    return out.Append(MemberOf(info.transaction_block, path.substr(kTransaction.size())));
  }
  // Debezium's SMT sees an unset snapshot field as null in the stream.
  if (path == "source.snapshot" && options.quirks && info.snapshot == "false") {
    return out.Append("null");
  }
  Buffer block;
  AppendSource(block, plan.source_names, info);
  // Skip "source": so that the first brace is the block's.
  const std::string_view object = block.view().substr(block.view().find('{'));
  out.Append(MemberOf(object, path.substr(7)));
}

}  // namespace penstock::event
