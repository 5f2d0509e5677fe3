// schema_registry.cpp: see schema_registry.h.
#include "schema_registry.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "../core/json.h"
#include "../core/utf8.h"
#include "output_plugin/event/json_text.h"

namespace penstock::sink {
namespace {

constexpr char kContentType[] = "application/vnd.schemaregistry.v1+json";
constexpr BackoffPolicy kRetry = {500, 10'000, 2.0, 0.2};
// Tables come and go, and with them their schemas.
constexpr size_t kMaxUses = 10'000;
constexpr size_t kMaxSchemas = 50'000;
constexpr size_t kMaxBytes = 64 << 20;
constexpr size_t kLongestReason = 300;

uint32_t NumberIn(const rapidjson::Document& document, const char* name) {
  const auto found = document.FindMember(name);
  return found != document.MemberEnd() && found->value.IsUint() ? found->value.GetUint() : 0;
}

// What the registry says about a failure: its message, or the whole answer.
std::string ReasonIn(const std::string& body) {
  rapidjson::Document document;
  if (ParseJson(body, &document) && document.IsObject()) {
    const auto found = document.FindMember("message");
    if (found != document.MemberEnd() && found->value.IsString()) {
      return ShownText({found->value.GetString(), found->value.GetStringLength()}, kLongestReason);
    }
  }
  return ShownText(body, kLongestReason);
}

}  // namespace

bool SchemaRegistry::Use::operator<(const Use& other) const {
  return std::tie(serial, is_key, topic) < std::tie(other.serial, other.is_key, other.topic);
}

SchemaRegistry::SchemaRegistry(RegistryOptions options, const ClockMs& clock)
    : options_(std::move(options)), clock_(clock), http_(options_.http, clock) {}

std::string SchemaRegistry::SubjectOf(std::string_view topic, bool is_key,
                                      const Schema& schema) const {
  switch (is_key ? options_.key_strategy : options_.value_strategy) {
    case SubjectStrategy::kRecord:
      return std::string(schema.name);
    case SubjectStrategy::kTopicRecord:
      return std::string(topic) + "-" + std::string(schema.name);
    case SubjectStrategy::kTopic:
      break;
  }
  return std::string(topic) + (is_key ? "-key" : "-value");
}

SchemaRegistry::Entry* SchemaRegistry::Find(std::string_view topic, bool is_key,
                                            const Schema& schema) {
  Last& last = last_[is_key ? 0 : 1];
  if (last.serial == schema.serial && last.topic == topic) return last.entry;
  Use use{schema.serial, is_key, std::string(topic)};
  auto found = uses_.find(use);
  if (found == uses_.end()) {
    if (uses_.size() >= kMaxUses) uses_.clear();
    Entry* entry = Keep(SubjectOf(topic, is_key, schema), std::string(schema.text));
    found = uses_.emplace(std::move(use), entry).first;
  }
  last = {schema.serial, std::string(topic), found->second};
  return last.entry;
}

SchemaRegistry::Entry* SchemaRegistry::Keep(const std::string& subject, const std::string& text) {
  const size_t bytes = subject.size() + text.size();
  const auto kept = entries_.find({subject, text});
  if (kept != entries_.end()) return &kept->second;
  if (entries_.size() >= kMaxSchemas || kept_bytes_ + bytes > kMaxBytes) ForgetKnown();
  Entry fresh{nullptr, nullptr, false, 0, 0, {}, Backoff(kRetry, clock_)};
  const auto place = entries_.emplace(std::pair(subject, text), std::move(fresh)).first;
  Entry* entry = &place->second;
  entry->subject = &place->first.first;
  entry->text = &place->first.second;
  kept_bytes_ += bytes;
  open_.push_back(entry);
  return entry;
}

// A refusal is not forgotten: it would be asked for again at once.
void SchemaRegistry::ForgetKnown() {
  uses_.clear();
  last_[0] = last_[1] = Last();
  for (auto place = entries_.begin(); place != entries_.end();) {
    if (!place->second.known) {
      ++place;
      continue;
    }
    kept_bytes_ -= place->first.first.size() + place->first.second.size();
    place = entries_.erase(place);
  }
}

Status SchemaRegistry::IdOf(std::string_view topic, bool is_key, const Schema& schema,
                            uint32_t* id) {
  Entry* entry = Find(topic, is_key, schema);
  if (entry->known) {
    *id = entry->id;
    return {};
  }
  if (entry->request == 0 && entry->backoff.Due()) Ask(entry);
  if (!entry->trouble.ok()) return entry->trouble;
  return {StatusCode::kBusy, "the schema registry has not answered yet"};
}

// Registers the schema, or only looks it up: both answers name its id.
void SchemaRegistry::Ask(Entry* entry) {
  HttpRequest request;
  request.method = "POST";
  request.path = "/subjects/" + UrlEncode(*entry->subject);
  if (options_.auto_register) request.path += "/versions";
  request.path += options_.normalize ? "?normalize=true" : "";
  request.body = "{\"schema\":" + event::JsonString(*entry->text) + "}";
  request.content_type = kContentType;
  entry->request = http_.Start(std::move(request));
}

void SchemaRegistry::Poll(int timeout_ms) {
  answers_.clear();
  http_.Perform(timeout_ms, &answers_);
  for (const HttpResponse& answer : answers_) Handle(answer);
  // What is due is asked for here: with nothing but a wish for it the descriptor would stay
  // readable until the worker comes with the event again.
  int64_t wait_ms = -1;
  for (Entry* entry : open_) {
    if (entry->request != 0) continue;
    const int64_t due_ms = entry->backoff.WaitMs();
    if (due_ms == 0) {
      Ask(entry);
    } else if (wait_ms < 0 || due_ms < wait_ms) {
      wait_ms = due_ms;
    }
  }
  http_.WakeAfter(wait_ms);
}

void SchemaRegistry::Handle(const HttpResponse& answer) {
  const auto found = std::find_if(open_.begin(), open_.end(), [&answer](const Entry* entry) {
    return entry->request == answer.id;
  });
  if (found == open_.end()) return;
  Entry& entry = **found;
  entry.request = 0;
  rapidjson::Document document;
  if (answer.ok() && ParseJson(answer.body, &document) && document.IsObject()) {
    entry.id = NumberIn(document, "id");
    entry.known = document.HasMember("id");
  }
  if (entry.known) {
    entry.trouble = {};
    open_.erase(found);
  } else {
    entry.backoff.Fail();
    entry.trouble = Refusal(entry, answer);
  }
}

Status SchemaRegistry::Trouble() const {
  for (const Entry* entry : open_) {
    if (!entry->trouble.ok()) return entry->trouble;
  }
  return {};
}

Status SchemaRegistry::Refusal(const Entry& entry, const HttpResponse& answer) const {
  const std::string subject = "subject \"" + *entry.subject + "\"";
  if (answer.status == 0) {
    return {StatusCode::kUnavailable, "the schema registry does not answer: " + answer.error};
  }
  const std::string reason =
      ": " + ReasonIn(answer.body) + " (HTTP " + std::to_string(answer.status) + ")";
  switch (answer.status) {
    case 401:
    case 403:
      return {StatusCode::kUnavailable,
              "the schema registry refuses the login for " + subject + reason,
              "Check basic.auth.user.info or bearer.auth.token."};
    case 404:
      return {StatusCode::kUnavailable,
              "the schema registry does not know the schema of " + subject + reason,
              "Register it, set auto.register.schemas=true, or check schema.registry.url."};
    case 409:
      return {StatusCode::kUnavailable,
              "the schema registry refuses the schema of " + subject +
                  " as incompatible with an earlier version" + reason,
              "Change the compatibility rule of the subject; the sink goes on by itself."};
    case 422:
      return {StatusCode::kUnavailable,
              "the schema registry refuses the schema of " + subject + " as invalid" + reason,
              "Names that Avro does not know need field.name.adjustment.mode and "
              "schema.name.adjustment.mode; the sink asks again by itself."};
    default:
      return {StatusCode::kUnavailable,
              "the schema registry refuses the schema of " + subject + reason};
  }
}

}  // namespace penstock::sink
