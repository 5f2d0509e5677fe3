// transform.h: the chain of Kafka Connect transforms, as data. What it does to a relation's events
// is worked out once, in the plan; only a topic taken from a row passes the rest of it per event.
#ifndef PENSTOCK_EVENT_TRANSFORM_H
#define PENSTOCK_EVENT_TRANSFORM_H

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "name_adjustment.h"
#include "pattern.h"
#include "time_zone.h"

namespace penstock::event {

enum class StepKind : uint8_t {
  kRegexRouter,    // RegexRouter
  kLogicalRouter,  // ByLogicalTableRouter
  kFlat,           // ExtractNewRecordState
  kOutbox,         // outbox.EventRouter
  kChangedState,   // ExtractChangedRecordState
  kTimeZone,       // TimezoneConverter
};

// A topic name and what Java's Matcher makes of it.
struct TopicRule {
  Pattern regex;
  std::string replacement;  // Java's: $1 … $9, ${name}

  // False: the topic does not match, or nothing would be left of it.
  bool Apply(std::string* topic) const;
};

// One transform of the chain.
struct TransformStep {
  StepKind kind = StepKind::kRegexRouter;
  TopicRule route;  // the routers

  // ByLogicalTableRouter: the field that tells apart the keys of tables that share a topic.
  std::string key_field;  // empty: keys stay as they are
  TopicRule key_route;    // its value, made from the topic before; without a match that topic
  NameAdjustment key_names = NameAdjustment::kNone;

  std::string changed_header, unchanged_header;  // ExtractChangedRecordState; empty: none

  TimeZoneRule time_zone;  // TimezoneConverter

  // TopicNameMatches of the chain's predicates.
  bool has_predicate = false;
  bool negate = false;
  Pattern topic_matches;

  bool AppliesTo(const std::string& topic) const {
    return !has_predicate || topic_matches.Matches(topic) != negate;
  }
};

// What becomes of an event's value on the way; the first step that changes it decides.
enum class Shape : uint8_t { kEnvelope, kFlat, kOutbox };

// What the chain makes of events whose topic is known beforehand.
struct Route {
  std::string topic;
  std::string value_name;  // of schemas, before .Envelope or .Value
  std::string key_name;    // before .Key
  std::vector<std::pair<std::string, std::string>> key_fields;  // constant fields of the key
  Shape shape = Shape::kEnvelope;
  size_t rest = 0;  // the step after the one that changed the shape; the chain's size: none did
  std::vector<const TransformStep*> changed_states;
  // No router had made a copy of the record with headers of its own, before the last of them and
  // before the flattening.
  bool changed_shares_headers = true, flat_shares_headers = true;
  const TransformStep* time_zone = nullptr;
  std::string time_zone_topic;  // what it sees
};

// is_row: false for messages, whose value no transform of envelopes takes for one. schema_name: of
// the relation, adjusted already.
Route WalkChain(const std::vector<TransformStep>& chain, std::string topic, std::string schema_name,
                bool is_row);

// A topic through the routers from a step on.
std::string RouteTopic(const std::vector<TransformStep>& chain, size_t from, std::string topic);

}  // namespace penstock::event

#endif
