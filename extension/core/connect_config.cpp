// connect_config.cpp: see connect_config.h.
#include "connect_config.h"

#include <rapidjson/document.h>

#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "connect_elasticsearch.h"
#include "connect_source.h"
#include "connect_translator.h"
#include "option_json.h"

namespace penstock {
namespace {

// Names Debezium had before 2.0 and users still have.
const std::map<std::string_view, std::string_view> kFormerNames = {
    {"column.blacklist", "column.exclude.list"},
    {"column.whitelist", "column.include.list"},
    {"database.server.name", "topic.prefix"},
    {"message.prefix.blacklist", "message.prefix.exclude.list"},
    {"message.prefix.whitelist", "message.prefix.include.list"},
    {"sanitize.field.names", "field.name.adjustment.mode"},
    {"schema.blacklist", "schema.exclude.list"},
    {"schema.whitelist", "schema.include.list"},
    {"slot.drop_on_stop", "slot.drop.on.stop"},
    {"table.blacklist", "table.exclude.list"},
    {"table.whitelist", "table.include.list"},
    {"toasted.value.placeholder", "unavailable.value.placeholder"},
};

// Values that were renamed, or that mean the only thing there is.
struct FormerValue {
  const char* option;
  const char* former;
  const char* current;
};
const FormerValue kFormerValues[] = {
    {"field.name.adjustment.mode", "false", "none"}, {"field.name.adjustment.mode", "true", "avro"},
    {"snapshot.mode", "never", "no_data"},           {"snapshot.mode", "schema_only", "no_data"},
    {"snapshot.mode", "exported", "initial"},
};

// Turns connector and worker properties into options, step by step.
class Reader : ConnectTranslator {
 public:
  Reader(std::string current_database, ConnectConfig* result)
      : ConnectTranslator(&config_, result), current_database_(std::move(current_database)) {}

  void Read(const std::string& config, const std::string& worker) {
    if (!ReadDocuments(config, worker)) return;
    TakeName();
    TakeClass();
    if (result_->connector == "kafka") {
      TranslateSource(current_database_, &config_, &worker_, result_);
    } else {
      // What the worker's properties say is about Kafka.
      TranslateElasticsearchSink(&config_, result_);
    }
    TakeOptions();
    if (result_->errors.empty()) CheckWhole();
  }

 private:
  bool ReadDocuments(const std::string& config, const std::string& worker) {
    rapidjson::Document document;
    Status status = ParseDocument(config, &document);
    if (status.ok()) {
      const auto inner = document.FindMember("config");
      const bool nested = inner != document.MemberEnd() && inner->value.IsObject();
      if (nested) {
        const auto name = document.FindMember("name");
        if (name != document.MemberEnd()) (void)ScalarText(name->value, &result_->name);
        for (const auto& member : document.GetObject()) {
          const std::string outer = member.name.GetString();
          if (outer != "name" && outer != "config" && outer != "initial_state" &&
              outer != "tasks" && outer != "type") {
            Error(outer, StatusCode::kInvalidOption,
                  "unknown member \"" + outer + "\" beside \"name\" and \"config\"");
          }
        }
      }
      status = ReadOptions(nested ? inner->value : document, &config_, nullptr);
    }
    if (!status.ok()) Error("", status);
    if (!Trim(worker).empty()) {
      rapidjson::Document properties;
      Status worker_status = ParseDocument(worker, &properties);
      if (worker_status.ok()) worker_status = ReadOptions(properties, &worker_, nullptr);
      if (!worker_status.ok()) Error("", worker_status);
    }
    return result_->errors.empty();
  }

  void TakeName() {
    std::string inner;
    if (Take("name", &inner) && result_->name.empty()) result_->name = inner;
    if (result_->name.empty()) {
      Error("name", StatusCode::kInvalidOption, "the connector has no name",
            "Write {\"name\": \"…\", \"config\": {…}}, or \"name\" among the properties.");
    } else if (!inner.empty() && inner != result_->name) {
      Error("name", StatusCode::kInvalidOption,
            "two names: \"" + result_->name + "\" and \"" + inner + "\"");
    } else if (result_->name.size() > 63) {
      Error("name", StatusCode::kInvalidOption, "name \"" + result_->name + "\" is too long",
            "Names of sinks have at most 63 bytes.");
    }
  }

  void TakeClass() {
    static const std::set<std::string> kKnown = {
        "io.debezium.connector.postgresql.PostgresConnector", "PostgresConnector", "Postgres"};
    static const char kHint[] =
        "It must be io.debezium.connector.postgresql.PostgresConnector, or "
        "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector.";
    std::string value;
    if (!Take("connector.class", &value)) {
      Error("connector.class", StatusCode::kInvalidOption, "option \"connector.class\" is missing",
            kHint);
    } else if (IsElasticsearchSinkClass(value)) {
      result_->connector = "elasticsearch";
    } else if (kKnown.count(value) == 0) {
      Error("connector.class", StatusCode::kNotSupported,
            "connector class \"" + value + "\" is not supported", kHint);
    }
  }

  static std::string CurrentName(const std::string& name) {
    const auto former = kFormerNames.find(name);
    return former == kFormerNames.end() ? name : std::string(former->second);
  }

  void TakeOptions() {
    for (const auto& [given, value] : config_) {
      const std::string name = CurrentName(given);
      std::string text = value;
      for (const FormerValue& former : kFormerValues) {
        if (name == former.option && EqualsIgnoreCase(Trim(value), former.former)) {
          text = former.current;
        }
      }
      if (name != given) {
        Notice(given, "option \"" + given + "\" is now called \"" + name + "\"");
      }
      std::string notice;
      if (Status s = CheckOption(result_->connector, name, text, &notice); !s.ok()) {
        Error(given, s);
        continue;
      }
      if (!notice.empty()) {
        Notice(given, notice);
        continue;  // what does not apply is not stored, above all no password
      }
      const auto [place, is_new] = result_->options.emplace(name, text);
      if (!is_new && place->second != text) {
        Error(given, StatusCode::kInvalidOption,
              "option \"" + name + "\" is given more than once, under two names");
      }
    }
  }

  void CheckWhole() {
    Result<SinkConfig> config = SplitSinkConfig(result_->connector, result_->options);
    if (!config.ok()) return Error("", config.status());
    // What does not apply by itself is not among the options any more.
    for (const std::string& text : config.value().notices) {
      const size_t start = text.find('"') + 1;
      Notice(text.substr(start, text.find('"', start) - start), text);
    }
  }

  std::string current_database_;
  OptionMap config_;
  OptionMap worker_;
};

}  // namespace

ConnectConfig ReadConnectConfig(const std::string& config, const std::string& worker,
                                const std::string& current_database) {
  ConnectConfig result;
  Reader(current_database, &result).Read(config, worker);
  return result;
}

}  // namespace penstock
