// topic_name.h: topics before the chain of transforms (topic.naming.strategy).
#ifndef PENSTOCK_EVENT_TOPIC_NAME_H
#define PENSTOCK_EVENT_TOPIC_NAME_H

#include <string>

#include "transform.h"

namespace penstock::event {

struct EventOptions;

// Kafka takes no longer names.
constexpr size_t kMaxTopicLength = 249;

struct TopicNaming {
  bool with_schema = true;  // else prefix and table alone
  bool unicode = false;     // _u and the character's code in place of what topics cannot hold
  // The regex strategies: topics that match are replaced, and keys tell their origin.
  bool has_route = false;
  TopicRule route;
  std::string key_field;  // empty: keys stay as they are
  TopicRule key_route;
};

// Prefix, schema and table with the delimiter between, as they are.
std::string OriginTopic(const EventOptions& options, const std::string& schema,
                        const std::string& table);

// Topic and schema name before the transforms: every UTF-16 unit that topics cannot hold replaced,
// cut to kMaxTopicLength. Of documents the origin: index names have rules of their own.
std::string BaseTopic(const EventOptions& options, const std::string& schema,
                      const std::string& table);

// What the naming strategy adds to the keys of a relation's events.
std::string KeyOrigin(const TopicNaming& naming, const std::string& origin_topic);

}  // namespace penstock::event

#endif
