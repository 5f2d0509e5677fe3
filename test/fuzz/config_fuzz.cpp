// Options of every kind of sink and connectors' JSON: taken or refused with a message that says
// why, the same each time, and no message tells a secret.
#include <set>
#include <utility>
#include <vector>

#include "extension/core/connect_config.h"
#include "extension/core/name_list.h"
#include "extension/core/placeholder.h"
#include "extension/core/sink_config.h"
#include "extension/sink/elasticsearch_options.h"
#include "extension/sink/file_options.h"
#include "extension/sink/kafka_jaas.h"
#include "extension/sink/kafka_options.h"
#include "extension/sink/registry_options.h"
#include "fuzz.h"
#include "output_plugin/event/event_encoder.h"

namespace penstock {
namespace {

constexpr char kMarker[] = "Zq7#x";  // in secrets and nowhere else
constexpr const char* kConnectors[] = {"kafka", "elasticsearch", "file", "null"};

void CheckText(const std::string& text) {
  DEMAND(fuzz::ValidUtf8(text), text);
  DEMAND(text.find(kMarker) == std::string::npos, text);
}

void CheckStatus(const Status& status) {
  CheckText(status.message());
  CheckText(status.hint());
  if (status.ok()) return;
  DEMAND(!status.message().empty() && status.code() != StatusCode::kInternal, status.message());
}

// A name of the tables, or one that is not; a value for it that may be a good one.
void TakeOption(fuzz::Input* input, const std::string& connector, OptionMap* options) {
  const std::vector<OptionTable> tables = OptionTablesOf(connector);
  const OptionTable& table =
      tables[static_cast<size_t>(input->Below(static_cast<int>(tables.size())))];
  const OptionRow& row = table.rows[input->Below(static_cast<int>(table.count))];
  std::string name = row.name;
  std::string value = fuzz::AsUtf8(input->Line());
  if (name.back() == '*') {
    name.pop_back();
    const size_t space = std::min(value.find(' '), value.size());
    name += value.substr(0, space);
    value.erase(0, space + 1);
  } else if (row.type == OptionType::kEnum && input->Flag()) {
    const std::vector<std::string> allowed = SplitList(row.allowed, '|');
    value = allowed[static_cast<size_t>(input->Below(static_cast<int>(allowed.size())))];
  } else if (row.type == OptionType::kBool) {
    value = input->Flag() ? "true" : "false";
  } else if (row.type == OptionType::kInt && input->Flag()) {
    value = std::to_string(input->Edge<int64_t>());
  }
  if (IsSecretOption(connector, name)) {
    value = name.find("jaas") != std::string::npos
                ? "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" "
                  "password=\"" +
                      (kMarker + value) + "\";"
                : kMarker + value;
  }
  (*options)[name] = value;
}

// A plan made from the options, so that all of them are looked at.
std::string Shown(const event::EventOptions& options) {
  event::EventEncoder encoder(options, "db", "1");
  event::RelationPlan plan;
  plan.schema = "public";
  plan.table = "orders";
  for (const char* name : {"id", "aggregateid", "aggregatetype", "payload"}) {
    event::Column column;
    column.name = name;
    plan.columns.push_back(std::move(column));
    plan.in_value.push_back(true);
  }
  plan.key = {0};
  const Status status = FinishPlan(&plan, encoder.options());
  CheckStatus(status);
  DEMAND(fuzz::ValidUtf8(plan.topic + plan.value_prefix + plan.key_prefix), plan.topic);
  return status.message() + plan.topic + plan.value_prefix + plan.key_prefix + plan.key_constants;
}

std::string Shown(const Result<SinkConfig>& config) {
  if (!config.ok()) return config.status().message() + config.status().hint();
  std::string shown;
  for (const auto& [name, value] : config.value().event) shown += name + "=" + value + "\n";
  for (const auto& [name, value] : config.value().sink) shown += name + "=" + value + "\n";
  for (const std::string& notice : config.value().notices) {
    CheckText(notice);
    shown += notice;
  }
  return shown;
}

void CheckSinks(const std::string& connector, const sink::Options& options) {
  if (connector == "kafka") {
    CheckStatus(sink::ParseKafkaOptions(options).status());
    CheckStatus(sink::ParseRegistryOptions(options).status());
  } else if (connector == "elasticsearch") {
    CheckStatus(sink::ParseElasticsearchOptions(options).status());
  } else if (connector == "file") {
    CheckStatus(sink::ParseFileOptions(options).status());
  }
}

void CheckConfig(const std::string& connector, const OptionMap& options) {
  const Result<SinkConfig> config = SplitSinkConfig(connector, options);
  CheckStatus(config.status());
  DEMAND(Shown(config) == Shown(SplitSinkConfig(connector, options)), Shown(config));
  for (const auto& [name, value] : options) {
    std::string notice;
    CheckStatus(CheckOption(connector, name, value, &notice));
    CheckText(notice);
    (void)FindPlaceholders(value);
    (void)ServerFileOf(name, value);
  }
  if (!config.ok()) return;
  CheckSinks(connector, config.value().sink);
  const Result<event::EventOptions> event = event::ParseEventOptions(config.value().event);
  // What create_sink takes the plugin takes.
  DEMAND(event.ok(), event.status().message());
  DEMAND(Shown(event.value()) == Shown(event.value()), "the same plan");
  rapidjson::Document document;
  fuzz::ParseStrictly(OptionsToJson(options), &document);
  OptionMap again;
  DEMAND(ReadOptionObject(OptionsToJson(options), &again, nullptr).ok() && again == options,
         "the options");
}

std::string Shown(const ConnectConfig& config) {
  std::string shown = config.name + config.connector;
  CheckText(config.name);
  for (const auto& [name, value] : config.options) shown += name + "=" + value + "\n";
  for (const auto* list : {&config.notices, &config.errors}) {
    for (const ConfigMessage& message : *list) {
      CheckText(message.text);
      CheckText(message.option);
      CheckStatus(message.status);
      shown += message.option + message.text + message.status.message();
    }
  }
  for (const ConfigMessage& error : config.errors) DEMAND(!error.status.ok(), error.text);
  return shown;
}

// Text as it comes to a function of SQL: UTF-8. Escapes in its JSON may still stand for anything.
void CheckConnector(const std::string& json, const std::string& worker) {
  const ConnectConfig config = ReadConnectConfig(json, worker, "db");
  DEMAND(Shown(config) == Shown(ReadConnectConfig(json, worker, "db")), json);
  OptionMap options;
  std::vector<std::string> nulls;
  CheckStatus(ReadOptionObject(json, &options, &nulls));
  if (config.errors.empty())
    CheckStatus(SplitSinkConfig(config.connector, config.options).status());
}

// A connector's JSON from options, some of them under the names that Connect has.
std::string ConnectorJson(fuzz::Input* input, const std::string& connector, OptionMap options) {
  options["name"] = fuzz::AsUtf8(input->Line());
  options["connector.class"] = connector == "elasticsearch"
                                   ? "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector"
                                   : "io.debezium.connector.postgresql.PostgresConnector";
  options["database.dbname"] = "db";
  return OptionsToJson(options);
}

void CheckOthers(fuzz::Input* input) {
  const std::string text = fuzz::AsUtf8(input->Line());
  CheckStatus(sink::ParseJaas(text).status());
  const Result<std::string> tables = TableNamesToIncludeList(SplitList(text));
  CheckStatus(tables.status());
  if (tables.ok()) {
    const Result<event::PatternList> list =
        event::PatternList::Parse("table.include.list", tables.value());
    DEMAND(list.ok(), tables.value());
    for (const std::string& name : SplitList(text)) {
      if (name.find_first_of("*\n\r") == std::string::npos)
        DEMAND(list.value().Matches(name), name);
    }
  }
  (void)ListNames(text, "penstock_output");
}

}  // namespace
}  // namespace penstock

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  fuzz::Input input(data, size);
  const int what = input.Below(4);
  if (what == 0) {
    CheckConnector(fuzz::AsUtf8(input.Line()), fuzz::AsUtf8(input.Rest()));
    return 0;
  }
  if (what == 1) {
    CheckOthers(&input);
    return 0;
  }
  const std::string connector = kConnectors[input.Below(4)];
  OptionMap options;
  if (input.Flag()) options["topic.prefix"] = "p";
  if (connector == "kafka") options["bootstrap.servers"] = "k:9092";
  if (connector == "elasticsearch") options["connection.url"] = "http://e:9200";
  if (connector == "file") options["file"] = "/tmp/x";
  for (int i = 1 + input.Below(4); i > 0; --i) TakeOption(&input, connector, &options);
  if (what == 2) {
    CheckConfig(connector, options);
  } else {
    CheckConnector(ConnectorJson(&input, connector, options), "");
  }
  return 0;
}
