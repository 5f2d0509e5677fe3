// elasticsearch_json.cpp: see elasticsearch_json.h.
#include "elasticsearch_json.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "../core/json.h"

namespace penstock::sink {
namespace {

using rapidjson::Document;
using rapidjson::SizeType;
using rapidjson::Value;
using Allocator = Document::AllocatorType;

constexpr char kRefreshInterval[] = "refresh_interval";
// What is not in the table's mapping is inside json columns. There a number is a number: with the
// server's own rule the first document decides between long and float, [1, 2.5] is refused and 2.5
// is cut to 2 where 1 came first. Other kinds of values in the same place are left out of the
// field, not a reason to refuse the document.
constexpr char kJsonNumbers[] = R"([{"whole":{"match_mapping_type":"long",)"
                                R"("mapping":{"type":"double","ignore_malformed":true}}},)"
                                R"({"fraction":{"match_mapping_type":"double",)"
                                R"("mapping":{"type":"double","ignore_malformed":true}}}])";

constexpr const char* kRefreshNames[] = {"refresh_interval", "index.refresh_interval"};

std::string ToText(const Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

Value Text(std::string_view text, Allocator& allocator) {
  return Value(text.data(), static_cast<SizeType>(text.size()), allocator);
}

// A member of an object, nullptr when there is none.
const Value* Find(const Value* object, const char* name) {
  if (object == nullptr || !object->IsObject()) return nullptr;
  const auto found = object->FindMember(name);
  return found == object->MemberEnd() ? nullptr : &found->value;
}

std::string TextOf(const Value* object, const char* name) {
  const Value* value = Find(object, name);
  return value != nullptr && value->IsString() ? value->GetString() : std::string();
}

bool BoolOf(const Value* object, const char* name) {
  const Value* value = Find(object, name);
  return value != nullptr && value->IsBool() && value->GetBool();
}

bool ParseObject(std::string_view text, Document* document) {
  return ParseJson(text, document) && document->IsObject();
}

IndexMarker ReadMarker(const Value& object) {
  IndexMarker marker;
  marker.sink = TextOf(&object, "sink");
  marker.system_identifier = TextOf(&object, "system_identifier");
  marker.slot = TextOf(&object, "slot");
  marker.slot_start_lsn = TextOf(&object, "slot_start_lsn");
  marker.created = BoolOf(&object, "created");
  marker.loading = BoolOf(&object, "loading");
  marker.refresh_off = BoolOf(&object, "refresh_off");
  return marker;
}

Value MarkerValue(const IndexMarker& marker, Allocator& allocator) {
  Value object(rapidjson::kObjectType);
  object.AddMember("sink", Text(marker.sink, allocator), allocator);
  object.AddMember("system_identifier", Text(marker.system_identifier, allocator), allocator);
  object.AddMember("slot", Text(marker.slot, allocator), allocator);
  object.AddMember("slot_start_lsn", Text(marker.slot_start_lsn, allocator), allocator);
  object.AddMember("created", marker.created, allocator);
  object.AddMember("loading", marker.loading, allocator);
  object.AddMember("refresh_off", marker.refresh_off, allocator);
  return object;
}

void ReadMeta(const Value* meta, IndexFacts* facts) {
  facts->other_meta = "{}";
  if (meta == nullptr || !meta->IsObject()) return;
  if (const Value* ours = Find(meta, "penstock")) facts->marker = ReadMarker(*ours);
  Document others;
  others.CopyFrom(*meta, others.GetAllocator());
  others.RemoveMember("penstock");
  facts->other_meta = ToText(others);
}

void AddProperties(std::string_view mapping, const std::set<std::string>& existing, Value* target,
                   Allocator& allocator) {
  Document parsed;
  if (mapping.empty() || !ParseObject(mapping, &parsed)) return;
  const Value* properties = Find(&parsed, "properties");
  if (properties == nullptr || !properties->IsObject()) return;
  Value wanted(rapidjson::kObjectType);
  for (const auto& member : properties->GetObject()) {
    if (existing.count(member.name.GetString()) != 0) continue;
    wanted.AddMember(Value(member.name, allocator), Value(member.value, allocator), allocator);
  }
  target->AddMember("properties", wanted, allocator);
}

void ReplaceFlattened(Value* value, Allocator& allocator) {
  if (!value->IsObject()) return;
  if (TextOf(value, "type") == "flattened") {
    value->SetObject();
    value->AddMember("type", "flat_object", allocator);
    return;
  }
  for (auto& member : value->GetObject()) ReplaceFlattened(&member.value, allocator);
}

}  // namespace

const char kIndexFactsPath[] =
    "?filter_path=*.mappings._meta,*.mappings.properties,*.settings.index.uuid,"
    "*.settings.index.refresh_interval";

bool SameSink(const IndexMarker& marker, const Identity& identity) {
  return marker.sink == identity.sink_name && marker.slot == identity.slot_name &&
         marker.system_identifier == identity.system_identifier;
}

IndexMarker MarkerOf(const Identity& identity) {
  IndexMarker marker;
  marker.sink = identity.sink_name;
  marker.system_identifier = identity.system_identifier;
  marker.slot = identity.slot_name;
  marker.slot_start_lsn = std::to_string(identity.slot_start_lsn);
  return marker;
}

bool ParseIndexFacts(const std::string& body, IndexFacts* facts) {
  Document parsed;
  if (!ParseObject(body, &parsed) || parsed.MemberCount() != 1) return false;
  const auto index = parsed.MemberBegin();
  const Value* settings = Find(Find(&index->value, "settings"), "index");
  const Value* mappings = Find(&index->value, "mappings");
  facts->concrete = index->name.GetString();
  facts->uuid = TextOf(settings, "uuid");
  const std::string interval = TextOf(settings, kRefreshInterval);
  if (!interval.empty()) facts->refresh_interval = interval;
  ReadMeta(Find(mappings, "_meta"), facts);
  const Value* properties = Find(mappings, "properties");
  if (properties != nullptr && properties->IsObject()) {
    for (const auto& member : properties->GetObject()) {
      facts->fields.insert(member.name.GetString());
    }
  }
  return !facts->uuid.empty();
}

bool ParseMarkers(const std::string& body,
                  std::vector<std::pair<std::string, IndexMarker>>* markers) {
  Document parsed;
  if (!ParseObject(body, &parsed)) return false;
  for (const auto& member : parsed.GetObject()) {
    const Value* marker = Find(Find(Find(&member.value, "mappings"), "_meta"), "penstock");
    if (marker != nullptr) markers->emplace_back(member.name.GetString(), ReadMarker(*marker));
  }
  return true;
}

std::string CreateIndexBody(const std::string& settings, bool refresh_off, std::string_view mapping,
                            const IndexMarker& marker) {
  Document body(rapidjson::kObjectType);
  Allocator& allocator = body.GetAllocator();
  Document user(&allocator);
  if (!ParseObject(settings, &user)) user.SetObject();
  if (refresh_off) {
    const auto nested = user.FindMember("index");
    if (nested != user.MemberEnd() && nested->value.IsObject()) {
      nested->value.RemoveMember(kRefreshInterval);
    }
    for (const char* name : kRefreshNames) user.RemoveMember(name);
    user.AddMember("index.refresh_interval", "-1", allocator);
  }
  Value mappings(rapidjson::kObjectType);
  if (!mapping.empty()) {
    mappings.AddMember("dynamic", true, allocator);
    mappings.AddMember("date_detection", false, allocator);
    mappings.AddMember("numeric_detection", false, allocator);
    Document templates(&allocator);
    templates.Parse(kJsonNumbers);
    mappings.AddMember("dynamic_templates", Value(templates, allocator), allocator);
  }
  Value meta(rapidjson::kObjectType);
  meta.AddMember("penstock", MarkerValue(marker, allocator), allocator);
  mappings.AddMember("_meta", meta, allocator);
  AddProperties(mapping, {}, &mappings, allocator);
  body.AddMember("settings", Value(user, allocator), allocator);
  body.AddMember("mappings", mappings, allocator);
  return ToText(body);
}

std::string PutMappingBody(std::string_view mapping, const std::set<std::string>& existing,
                           const std::string& other_meta, const IndexMarker& marker) {
  Document body(rapidjson::kObjectType);
  Allocator& allocator = body.GetAllocator();
  Document meta(&allocator);
  if (!ParseObject(other_meta, &meta)) meta.SetObject();
  meta.AddMember("penstock", MarkerValue(marker, allocator), allocator);
  body.AddMember("_meta", Value(meta, allocator), allocator);
  AddProperties(mapping, existing, &body, allocator);
  return ToText(body);
}

std::string RefreshIntervalBody(const std::optional<std::string>& interval) {
  Document body(rapidjson::kObjectType);
  Allocator& allocator = body.GetAllocator();
  Value index(rapidjson::kObjectType);
  index.AddMember("refresh_interval", interval ? Text(*interval, allocator) : Value(), allocator);
  body.AddMember("index", index, allocator);
  return ToText(body);
}

std::optional<std::string> RefreshIntervalOf(const std::string& settings) {
  Document user;
  if (!ParseObject(settings, &user)) return std::nullopt;
  const Value* found = Find(Find(&user, "index"), kRefreshInterval);
  for (const char* name : kRefreshNames) {
    if (found == nullptr) found = Find(&user, name);
  }
  if (found == nullptr || found->IsNull()) return std::nullopt;
  return found->IsString() ? std::string(found->GetString()) : ToText(*found);
}

std::string WithFlatObject(std::string_view mapping) {
  Document parsed;
  if (!ParseObject(mapping, &parsed)) return std::string(mapping);
  ReplaceFlattened(&parsed, parsed.GetAllocator());
  return ToText(parsed);
}

std::string StateBody(const Identity& identity, const std::map<std::string, std::string>& uuids) {
  Document body;
  Allocator& allocator = body.GetAllocator();
  body.CopyFrom(MarkerValue(MarkerOf(identity), allocator), allocator);
  for (const char* name : {"created", "loading", "refresh_off"}) body.RemoveMember(name);
  // A list: names of indexes as field names would each become a field of the state index.
  Value indexes(rapidjson::kArrayType);
  for (const auto& [name, uuid] : uuids) {
    Value index(rapidjson::kObjectType);
    index.AddMember("name", Text(name, allocator), allocator);
    index.AddMember("uuid", Text(uuid, allocator), allocator);
    indexes.PushBack(index, allocator);
  }
  body.AddMember("indexes", indexes, allocator);
  return ToText(body);
}

bool ParseState(const std::string& body, const Identity& identity,
                std::map<std::string, std::string>* uuids) {
  Document parsed;
  if (!ParseObject(body, &parsed)) return false;
  const Value* source = Find(&parsed, "_source");
  if (source == nullptr) return false;
  const IndexMarker marker = ReadMarker(*source);
  if (!SameSink(marker, identity) ||
      marker.slot_start_lsn != std::to_string(identity.slot_start_lsn)) {
    return true;
  }
  const Value* indexes = Find(source, "indexes");
  if (indexes == nullptr || !indexes->IsArray()) return true;
  for (const Value& index : indexes->GetArray()) {
    uuids->emplace(TextOf(&index, "name"), TextOf(&index, "uuid"));
  }
  return true;
}

}  // namespace penstock::sink
