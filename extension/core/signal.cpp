// signal.cpp: see signal.h.
#include "signal.h"

#include "json.h"
#include "option.h"

namespace penstock {
namespace {

using rapidjson::Value;

struct KindName {
  std::string_view name;
  SignalKind kind;
};

constexpr KindName kKinds[] = {
    {"log", SignalKind::kLog},
    {"execute-snapshot", SignalKind::kExecuteSnapshot},
    {"stop-snapshot", SignalKind::kStopSnapshot},
    {"pause-snapshot", SignalKind::kPauseSnapshot},
    {"resume-snapshot", SignalKind::kResumeSnapshot},
    {"snapshot-window-open", SignalKind::kMark},
    {"snapshot-window-close", SignalKind::kMark},
};

Status Invalid(std::string message, std::string hint = {}) {
  return Status(StatusCode::kInvalidOption, std::move(message), std::move(hint));
}

std::string Text(const Value& value) { return {value.GetString(), value.GetStringLength()}; }

Status ReadSnapshotType(const Value& value) {
  if (!value.IsString()) return Invalid("member \"type\" is not a string");
  const std::string type = Text(value);
  if (EqualsIgnoreCase(type, "incremental")) return {};
  if (EqualsIgnoreCase(type, "blocking")) {
    return Status(StatusCode::kNotSupported, "blocking snapshots are not supported",
                  "Use type \"incremental\": it reads the same rows while the stream goes on.");
  }
  return Invalid("there is no snapshot type \"" + type + "\"", "Use \"incremental\".");
}

Status ReadCollections(const Value& value, Signal* signal) {
  if (!value.IsArray()) return Invalid("member \"data-collections\" is not an array");
  for (const Value& item : value.GetArray()) {
    if (!item.IsString())
      return Invalid("member \"data-collections\" has an item that is no string");
    signal->collections.push_back(Text(item));
  }
  return {};
}

Status ReadConditions(const Value& value, Signal* signal) {
  if (!value.IsArray()) return Invalid("member \"additional-conditions\" is not an array");
  for (const Value& item : value.GetArray()) {
    const bool complete = item.IsObject() && item.MemberCount() == 2 &&
                          item.HasMember("data-collection") && item["data-collection"].IsString() &&
                          item.HasMember("filter") && item["filter"].IsString();
    if (!complete) {
      return Invalid("an additional condition needs \"data-collection\" and \"filter\"",
                     R"(Write {"data-collection": "public.t", "filter": "id > 10"}.)");
    }
    signal->conditions.emplace_back(Text(item["data-collection"]), Text(item["filter"]));
  }
  return {};
}

Status ReadSurrogateKey(const Value& value, Signal* signal) {
  if (!value.IsString()) return Invalid("member \"surrogate-key\" is not a string");
  signal->surrogate_key = Text(value);
  return {};
}

// What is not known would be left out in silence, and more rows sent than were asked for.
Status ReadMember(const std::string& name, const Value& value, Signal* signal) {
  if (value.IsNull()) return {};
  if (name == "type") return ReadSnapshotType(value);
  if (name == "data-collections") return ReadCollections(value, signal);
  if (signal->kind == SignalKind::kExecuteSnapshot) {
    if (name == "additional-conditions") return ReadConditions(value, signal);
    if (name == "surrogate-key") return ReadSurrogateKey(value, signal);
  }
  if (name == "additional-condition") {
    return Invalid("member \"additional-condition\" is not supported",
                   R"(Write "additional-conditions": [{"data-collection": …, "filter": …}].)");
  }
  return Invalid("member \"" + name + "\" is unknown");
}

Status ReadLog(const Value& data, Signal* signal) {
  if (!data.IsObject() || !data.HasMember("message") || !data["message"].IsString()) {
    return Invalid("member \"message\" is missing");
  }
  signal->message = Text(data["message"]);
  return {};
}

Status ReadSnapshot(const Value& data, Signal* signal) {
  for (const auto& member : data.GetObject()) {
    if (Status s = ReadMember(Text(member.name), member.value, signal); !s.ok()) return s;
  }
  if (signal->kind == SignalKind::kExecuteSnapshot && signal->collections.empty()) {
    return Invalid("member \"data-collections\" names no table");
  }
  return {};
}

}  // namespace

Result<Signal> ParseSignal(std::string_view type, std::string_view data) {
  Signal signal;
  const KindName* found = nullptr;
  for (const KindName& kind : kKinds) {
    if (kind.name == type) found = &kind;
  }
  if (found == nullptr) {
    return Invalid("there is no signal type \"" + std::string(type) + "\"",
                   "Types are log, execute-snapshot, stop-snapshot, pause-snapshot and "
                   "resume-snapshot.");
  }
  signal.kind = found->kind;
  if (signal.kind == SignalKind::kMark) return signal;
  rapidjson::Document document;
  if (!ParseJson(data.empty() ? "{}" : data, &document) || !document.IsObject()) {
    return Invalid("column \"data\" is not a JSON object");
  }
  const Status status = signal.kind == SignalKind::kLog ? ReadLog(document, &signal)
                                                        : ReadSnapshot(document, &signal);
  if (!status.ok()) return status;
  return signal;
}

}  // namespace penstock
