#include "metadata.h"

#include "json_text.h"

namespace penstock::event {
namespace {

// The source block's members that add.fields may name, with their Connect type.
struct SourceField {
  const char* name;
  const char* type;
};
constexpr SourceField kSourceFields[] = {
    {"version", "string"}, {"connector", "string"}, {"name", "string"},  {"ts_ms", "int64"},
    {"snapshot", "string"}, {"db", "string"},       {"sequence", "string"}, {"ts_us", "int64"},
    {"ts_ns", "int64"},    {"schema", "string"},    {"table", "string"}, {"txId", "int64"},
    {"lsn", "int64"},      {"xmin", "int64"},       {"origin", "string"}, {"origin_lsn", "int64"},
};

void AppendSequence(Buffer& out, const EventInfo& info) {
  out.Append(info.transaction->sequence_start());
  AppendUint(out, info.lsn);
  out.Append("\\\"]\"");
}

void AppendXid(Buffer& out, const EventInfo& info) {
  if (info.has_xid) {
    AppendUint(out, info.transaction->xid());
  } else {
    out.Append("null");
  }
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

void TransactionInfo::Set(uint32_t xid, int64_t commit_us, uint64_t previous_end_lsn,
                          std::string_view origin, uint64_t origin_lsn) {
  xid_ = xid;
  micros_ = std::to_string(commit_us);
  millis_ = std::to_string(commit_us / 1000);
  nanos_ = micros_ == "0" ? "0" : micros_ + "000";
  sequence_start_ = previous_end_lsn == 0
                        ? "\"[null,\\\""
                        : "\"[\\\"" + std::to_string(previous_end_lsn) + "\\\",\\\"";
  origin_json_ = origin.empty() ? "null" : JsonString(origin);
  origin_lsn_json_ = origin.empty() ? "null" : std::to_string(origin_lsn);
}

void AppendSource(Buffer& out, const StreamConstants& stream, std::string_view source_names,
                  const EventInfo& info) {
  const TransactionInfo& transaction = *info.transaction;
  out.Append(stream.source_start);
  out.Append(transaction.millis());
  out.Append(",\"snapshot\":\"");
  out.Append(info.snapshot);
  out.Append('"');
  out.Append(stream.database_field);
  AppendSequence(out, info);
  out.Append(",\"ts_us\":");
  out.Append(transaction.micros());
  out.Append(",\"ts_ns\":");
  out.Append(transaction.nanos());
  out.Append(source_names);
  AppendXid(out, info);
  out.Append(",\"lsn\":");
  AppendUint(out, info.lsn);
  out.Append(",\"xmin\":null,\"origin\":");
  out.Append(transaction.origin_json());
  out.Append(",\"origin_lsn\":");
  out.Append(transaction.origin_lsn_json());
  out.Append('}');
}

void AppendEnvelopeEnd(Buffer& out, const EventInfo& info) {
  out.Append(",\"transaction\":null,\"op\":\"");
  out.Append(info.op);
  out.Append("\",\"ts_ms\":");
  AppendInt(out, info.now_ns / 1000000);
  out.Append(",\"ts_us\":");
  AppendInt(out, info.now_ns / 1000);
  out.Append(",\"ts_ns\":");
  AppendInt(out, info.now_ns);
  out.Append('}');
}

const char* MetadataType(std::string_view path) {
  if (path == "op" || path == "transaction.id") return "string";
  if (path.rfind("source.", 0) != 0) return "int64";
  for (const SourceField& field : kSourceFields) {
    if (path.substr(7) == field.name) return field.type;
  }
  return "string";
}

void AppendMetadata(Buffer& out, std::string_view path, const StreamConstants& stream,
                    const RelationPlan& plan, const EventOptions& options, const EventInfo& info) {
  if (path == "op") {
    out.Append('"');
    out.Append(info.op);
    return out.Append('"');
  }
  if (path == "ts_ms") return AppendInt(out, info.now_ns / 1000000);
  if (path == "ts_us") return AppendInt(out, info.now_ns / 1000);
  if (path == "ts_ns") return AppendInt(out, info.now_ns);
  if (path.rfind("source.", 0) != 0) return out.Append("null");  // transaction.*: not provided
  // Debezium's SMT sees an unset snapshot field as null in the stream.
  if (path == "source.snapshot" && options.quirks && std::string_view(info.snapshot) == "false") {
    return out.Append("null");
  }
  Buffer block;
  AppendSource(block, stream, plan.source_names, info);
  // Skip "source": so that the first brace is the block's.
  const std::string_view object = block.view().substr(block.view().find('{'));
  out.Append(MemberOf(object, path.substr(7)));
}

}  // namespace penstock::event
