#include "topic_name.h"

#include "event_options.h"
#include "extension/core/option.h"
#include "name_adjustment.h"

namespace penstock::event {
namespace {

bool IsLegal(char16_t unit, bool unicode) {
  return (unit >= u'a' && unit <= u'z') || (unit >= u'A' && unit <= u'Z') ||
         (unit >= u'0' && unit <= u'9') || unit == u'.' || unit == u'-' ||
         (unit == u'_' && !unicode);  // else the escape character itself
}

std::string Replacement(char16_t unit, bool unicode) { return unicode ? UnicodeEscape(unit) : "_"; }

std::string Sanitize(const std::string& raw, bool unicode) {
  std::string topic;
  for (const char16_t unit : Utf16Units(raw)) {
    if (IsLegal(unit, unicode)) {
      topic += static_cast<char>(unit);
    } else {
      topic += Replacement(unit, unicode);
    }
  }
  if (topic.size() > kMaxTopicLength) topic.resize(kMaxTopicLength);
  if (topic == "." || topic == "..") {
    const size_t dots = topic.size();
    topic.clear();
    for (size_t i = 0; i < dots; ++i) topic += Replacement(u'.', unicode);
  }
  return topic;
}

}  // namespace

std::string OriginTopic(const EventOptions& options, const std::string& schema,
                        const std::string& table) {
  std::string topic;
  for (const std::string& part :
       {options.topic_prefix, options.naming.with_schema ? schema : std::string(), table}) {
    if (Trim(part).empty()) continue;
    if (!topic.empty()) topic += options.topic_delimiter;
    topic += part;
  }
  return topic;
}

std::string BaseTopic(const EventOptions& options, const std::string& schema,
                      const std::string& table) {
  const std::string origin = OriginTopic(options, schema, table);
  if (options.document.addressing) return origin;
  std::string topic = Sanitize(origin, options.naming.unicode);
  if (options.naming.has_route) (void)options.naming.route.Apply(&topic);
  return topic;
}

std::string KeyOrigin(const TopicNaming& naming, const std::string& origin_topic) {
  std::string origin = origin_topic;
  (void)naming.key_route.regex.Replace(origin_topic, naming.key_route.replacement, &origin);
  return origin;
}

}  // namespace penstock::event
