#include "naming_options.h"

#include "transform_values.h"

namespace penstock::event {
namespace {

struct Strategy {
  const char* name;  // behind io.debezium.schema.
  bool with_schema;
  bool unicode;
  bool has_route;
};
constexpr Strategy kStrategies[] = {
    {"SchemaTopicNamingStrategy", true, false, false},
    {"DefaultTopicNamingStrategy", false, false, false},
    {"SchemaUnicodeTopicNamingStrategy", true, true, false},
    {"DefaultUnicodeTopicNamingStrategy", false, true, false},
    {"SchemaRegexTopicNamingStrategy", true, false, true},
    {"DefaultRegexTopicNamingStrategy", false, false, true},
};
constexpr std::string_view kPackage = "io.debezium.schema.";

const char* const kRegexOptions[] = {"topic.regex",           "topic.replacement",
                                     "topic.key.field.name",  "topic.key.enforce.uniqueness",
                                     "topic.key.field.regex", "topic.key.field.replacement"};

Result<Strategy> FindStrategy(const std::string& name) {
  std::string supported;
  for (const Strategy& strategy : kStrategies) {
    if (name == std::string(kPackage) + strategy.name) return strategy;
    supported += (supported.empty() ? "" : ", ") + std::string(strategy.name);
  }
  return Status(StatusCode::kNotSupported,
                "option \"topic.naming.strategy\" cannot be \"" + name + "\"",
                "Supported are these of " + std::string(kPackage, 0, kPackage.size() - 1) + ": " +
                    supported + ".");
}

Status ParseRoute(const TransformValues& values, TopicNaming* naming) {
  Result<TopicRule> route = values.Rule("topic.regex", "topic.replacement");
  if (!route.ok()) return route.status();
  naming->route = std::move(route.value());
  naming->has_route = true;
  if (values.Flag("topic.key.enforce.uniqueness")) {
    naming->key_field = values.Text("topic.key.field.name");
  }
  if (Trim(values.Text("topic.key.field.regex")).empty()) return {};
  Result<TopicRule> key = values.Rule("topic.key.field.regex", "topic.key.field.replacement");
  if (key.ok()) naming->key_route = std::move(key.value());
  return key.status();
}

}  // namespace

Status ParseTopicNaming(const std::map<std::string, std::string>& given, TopicNaming* naming) {
  const TransformValues values(given, "");
  Result<Strategy> strategy = FindStrategy(std::string(Trim(values.Text("topic.naming.strategy"))));
  if (!strategy.ok()) return strategy.status();
  naming->with_schema = strategy.value().with_schema;
  naming->unicode = strategy.value().unicode;
  if (strategy.value().has_route) return ParseRoute(values, naming);
  for (const char* name : kRegexOptions) {
    if (!values.Has(name)) continue;
    return Status(StatusCode::kInvalidOption, std::string("option \"") + name +
                                                  "\" needs one of the regex strategies in "
                                                  "\"topic.naming.strategy\"");
  }
  return {};
}

}  // namespace penstock::event
