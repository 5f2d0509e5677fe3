#include "metadata.h"

#include <charconv>
#include <cstring>
#include <initializer_list>

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

constexpr std::string_view kNull = "null";

// A number as text, on the stack.
class Digits {
 public:
  template <typename Integer>
  explicit Digits(Integer number)
      : end_(std::to_chars(digits_, digits_ + sizeof digits_, number).ptr) {}
  Digits(const Digits&) = delete;
  operator std::string_view() const {  // NOLINT(google-explicit-constructor)
    return {digits_, static_cast<size_t>(end_ - digits_)};
  }

 private:
  char digits_[24];
  char* end_;
};

// The string keeps its room: with one row a transaction, this is done for every event.
void Join(std::string* out, std::initializer_list<std::string_view> parts) {
  out->clear();
  for (const std::string_view part : parts) out->append(part);
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
  Join(&start_, {stream.source_start, Digits(commit_us / 1000), ",\"snapshot\":\""});
  if (previous_end_lsn == 0) {
    Join(&sequence_, {"\"", stream.database_field, "\"[null,\\\""});
  } else {
    Join(&sequence_,
         {"\"", stream.database_field, "\"[\\\"", Digits(previous_end_lsn), "\\\",\\\""});
  }
  Join(&times_, {"\\\"]\",\"ts_us\":", Digits(commit_us), ",\"ts_ns\":", Digits(commit_us * 1000)});
  if (has_xid) {
    SetXid(xid);
  } else {
    xid_ = "null,\"lsn\":";
  }
  Join(&end_, {",\"xmin\":", xmin == 0 ? kNull : Digits(xmin), ",\"origin\":"});
  if (origin.empty()) {
    end_ += "null,\"origin_lsn\":null}";
  } else {
    end_ += JsonString(origin) + ",\"origin_lsn\":" + std::to_string(origin_lsn) + "}";
  }
}

void TransactionInfo::SetXid(uint32_t xid) { Join(&xid_, {Digits(xid), ",\"lsn\":"}); }

void AppendSource(Buffer& out, std::string_view source_names, const EventInfo& info) {
  const TransactionInfo& transaction = *info.transaction;
  const Digits lsn(info.lsn);
  const std::string_view parts[] = {
      transaction.start(), info.snapshot, transaction.sequence(), lsn,
      transaction.times(), source_names,  transaction.xid(),      info.shows_lsn ? lsn : kNull,
      transaction.end()};
  size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  char* p = out.Reserve(size);
  for (const std::string_view part : parts) p = Put(p, part);
  out.Advance(size);
}

void AppendEnvelopeEnd(Buffer& out, const EventInfo& info) {
  // Nanoseconds have 19 digits from 2001 to 2286; the first 13 and 16 of them are the other two.
  const Digits now(info.now_ns);
  const std::string_view nanos = now;
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
