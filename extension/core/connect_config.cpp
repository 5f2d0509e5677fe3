// connect_config.cpp: see connect_config.h.
#include "connect_config.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <set>
#include <string_view>
#include <utility>

#include "connect_elasticsearch.h"

namespace penstock {
namespace {

const char kJsonConverter[] = "org.apache.kafka.connect.json.JsonConverter";
const char kAvroConverter[] = "io.confluent.connect.avro.AvroConverter";

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

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool ScalarText(const rapidjson::Value& value, std::string* text) {
  if (value.IsString()) {  // numbers too: they are parsed as strings
    text->assign(value.GetString(), value.GetStringLength());
    return true;
  }
  if (value.IsBool()) {
    *text = value.GetBool() ? "true" : "false";
    return true;
  }
  return false;
}

// An option's value as text; false for what has no meaning, such as arrays of arrays.
bool OptionText(const rapidjson::Value& value, std::string* text) {
  if (ScalarText(value, text)) return true;
  std::string item;
  if (value.IsArray()) {
    for (const auto& element : value.GetArray()) {
      if (!ScalarText(element, &item)) return false;
      *text += (text->empty() ? "" : ",") + item;
    }
    return true;
  }
  if (!value.IsObject()) return false;
  for (const auto& member : value.GetObject()) {
    if (!ScalarText(member.value, &item)) return false;
    *text += (text->empty() ? "" : ",") + std::string(member.name.GetString()) + ":" + item;
  }
  return true;
}

// Options whose value is JSON itself.
bool TakesJson(const std::string& name) {
  return name == "index.map" || name == "index.settings" || name == "row.filter";
}

std::string JsonText(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

Status ParseDocument(const std::string& json, rapidjson::Document* document) {
  // Iterative: the depth of what users send must not be the depth of our stack.
  constexpr unsigned kFlags =
      rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag;
  document->Parse<kFlags>(json.data(), json.size());
  if (document->HasParseError()) {
    return Status(StatusCode::kInvalidJson,
                  std::string("configuration is not JSON: ") +
                      rapidjson::GetParseError_En(document->GetParseError()) + " at offset " +
                      std::to_string(document->GetErrorOffset()));
  }
  if (!document->IsObject()) {
    return Status(StatusCode::kInvalidJson, "configuration is not a JSON object",
                  "Give an object of option names and values.");
  }
  return {};
}

Status ReadObject(const rapidjson::Value& object, OptionMap* options,
                  std::vector<std::string>* nulls) {
  for (const auto& member : object.GetObject()) {
    const std::string name(member.name.GetString(), member.name.GetStringLength());
    std::string text;
    if (member.value.IsNull() && nulls != nullptr) {
      nulls->push_back(name);
      continue;
    }
    if (TakesJson(name) && member.value.IsObject()) {
      text = JsonText(member.value);
    } else if (!OptionText(member.value, &text)) {
      return Status(StatusCode::kInvalidOption, "invalid value for option \"" + name + "\"",
                    "Values are strings, numbers, booleans, or flat lists of them.");
    }
    if (!options->emplace(name, std::move(text)).second) {
      return Status(StatusCode::kInvalidOption, "option \"" + name + "\" is given more than once");
    }
  }
  return {};
}

// Turns connector and worker properties into options, step by step.
class Reader {
 public:
  Reader(std::string current_database, ConnectConfig* result)
      : current_database_(std::move(current_database)), result_(result) {}

  void Read(const std::string& config, const std::string& worker) {
    if (!ReadDocuments(config, worker)) return;
    TakeName();
    TakeClass();
    if (result_->connector == "kafka") {
      TakeSource();
    } else {
      TakeDocuments();
    }
    TakeOptions();
    if (result_->errors.empty()) CheckWhole();
  }

 private:
  void Error(const std::string& option, Status status) {
    result_->errors.push_back({option, std::move(status), {}});
  }
  void Error(const std::string& option, StatusCode code, std::string message,
             std::string hint = {}) {
    Error(option, Status(code, std::move(message), std::move(hint)));
  }
  void Notice(const std::string& option, std::string text) {
    result_->notices.push_back({option, Status(), std::move(text)});
  }

  // A source connector and the worker that gives its records to Kafka.
  void TakeSource() {
    TakeDatabase();
    TakeConverter("key.converter");
    TakeConverter("value.converter");
    TakeWorker();
    // Whoever reads the topics of this connector today must see no difference.
    config_.emplace("debezium.quirks", "true");
  }

  // A sink connector: what the worker's properties say is about Kafka.
  void TakeDocuments() { TranslateElasticsearchSink(&config_, result_); }

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
      status = ReadObject(nested ? inner->value : document, &config_, nullptr);
    }
    if (!status.ok()) Error("", status);
    if (!Trim(worker).empty()) {
      rapidjson::Document properties;
      Status worker_status = ParseDocument(worker, &properties);
      if (worker_status.ok()) worker_status = ReadObject(properties, &worker_, nullptr);
      if (!worker_status.ok()) Error("", worker_status);
    }
    return result_->errors.empty();
  }

  // The value of a connector property, which is taken out.
  bool Take(const std::string& name, std::string* value) {
    const auto found = config_.find(name);
    if (found == config_.end()) return false;
    *value = found->second;
    config_.erase(found);
    return true;
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

  void TakeDatabase() {
    std::string value;
    if (!Take("database.dbname", &value)) return;
    if (!FindPlaceholders(value).empty()) {
      Notice("database.dbname", "option \"database.dbname\" is a placeholder and not compared");
    } else if (value != current_database_) {
      Error("database.dbname", StatusCode::kInvalidOption,
            "option \"database.dbname\" names database \"" + value +
                "\", but a sink captures the database it is created in, \"" + current_database_ +
                "\"",
            "Connect to database \"" + value + "\" and create the sink there.");
    }
  }

  // key.converter or value.converter with its properties. As in Kafka Connect, the properties
  // count only beside the class they belong to: the connector's class hides the worker's.
  void TakeConverter(const std::string& name) {
    const bool own = config_.count(name) != 0;
    const bool from_worker = !own && worker_.count(name) != 0;
    const std::string prefix = name + ".";
    if (from_worker) {
      for (auto it = config_.begin(); it != config_.end();) {
        if (!StartsWith(it->first, prefix)) {
          ++it;
          continue;
        }
        Notice(it->first, "option \"" + it->first +
                              "\" does not apply: Kafka Connect reads it only beside \"" + name +
                              "\", and the worker's converter is used");
        it = config_.erase(it);
      }
    }
    OptionMap* from = from_worker ? &worker_ : &config_;
    const auto given = from->find(name);
    if (given != from->end() && given->second == kAvroConverter) {
      if (from_worker) MoveToConnector(name);
      DropJsonProperties(name);
      return;  // the rest of its properties are options
    }
    if (given == from->end()) {
      Notice(name, "option \"" + name + "\" is not given: JsonConverter is used");
    } else {
      if (given->second != kJsonConverter) {
        Error(name, StatusCode::kNotSupported,
              "converter \"" + given->second + "\" of option \"" + name + "\" is not supported yet",
              std::string(kJsonConverter) + " and " + kAvroConverter + " are supported.");
      }
      from->erase(given);
    }
    std::string schemas = "true";
    for (auto it = from->begin(); it != from->end();) {
      if (!StartsWith(it->first, prefix)) {
        ++it;
        continue;
      }
      TakeConverterProperty(it->first, it->first.substr(prefix.size()), it->second, &schemas);
      it = from->erase(it);
    }
    result_->options[name + ".schemas.enable"] = schemas;
  }

  void MoveToConnector(const std::string& converter) {
    for (auto it = worker_.lower_bound(converter); it != worker_.end();) {
      if (it->first != converter && !StartsWith(it->first, converter + ".")) break;
      config_[it->first] = it->second;
      it = worker_.erase(it);
    }
  }

  // What is left over from a JsonConverter; AvroConverter passes over it.
  void DropJsonProperties(const std::string& converter) {
    std::vector<const char*> properties = {"schemas.enable", "replace.null.with.default",
                                           "decimal.format", "converter.type"};
    if (converter == "key.converter") properties.push_back("ignore.default.for.nullables");
    for (const char* property : properties) {
      const std::string name = converter + "." + property;
      if (config_.erase(name) == 0) continue;
      Notice(name, "option \"" + name + "\" does not apply to AvroConverter");
    }
  }

  void TakeConverterProperty(const std::string& name, const std::string& property,
                             const std::string& value, std::string* schemas) {
    if (property == "schemas.enable") {
      *schemas = value;
    } else if (property == "replace.null.with.default" && StartsWith(name, "value.")) {
      result_->options[name] = value;
    } else if (property == "decimal.format") {
      if (!EqualsIgnoreCase(value, "base64")) {
        Error(name, StatusCode::kNotSupported,
              "option \"" + name + "\" cannot be \"" + value + "\": only \"BASE64\" is supported");
      }
    } else if (property == "schemas.cache.size" || property == "replace.null.with.default" ||
               property == "converter.type" || StartsWith(property, "schema.registry.") ||
               StartsWith(property, "basic.auth.")) {
      Notice(name, "option \"" + name + "\" does not apply to what penstock writes");
    } else {
      Error(name, StatusCode::kInvalidOption, "unknown converter property \"" + name + "\"");
    }
  }

  // What Connect keeps in worker.properties. The connector's own settings come first.
  void TakeWorker() {
    for (const auto& [name, value] : worker_) {
      if (name == "bootstrap.servers") {
        if (config_.count("producer.override.bootstrap.servers") == 0) {
          config_.emplace(name, value);
        }
      } else if (StartsWith(name, "producer.")) {
        const std::string property = name.substr(std::string_view("producer.").size());
        const std::string override_name = "producer.override." + property;
        if (config_.count(override_name) == 0 && config_.count(property) == 0) {
          config_.emplace(override_name, value);
        }
      } else if (StartsWith(name, "topic.creation.")) {
        config_.emplace(name, value);
      } else {
        TakeWorkerOnly(name);
      }
    }
  }

  void TakeWorkerOnly(const std::string& name) {
    const OptionRow* row = FindOption(SourceOptionTable(), name);
    if (StartsWith(name, "key.converter.") || StartsWith(name, "value.converter.") ||
        name == "key.converter" || name == "value.converter") {
      return;  // hidden by the connector's own converter
    }
    if (row != nullptr && row->support == OptionSupport::kNotApplicable) {
      Notice(name, "option \"" + name + "\" of the worker does not apply: " + row->help);
    } else if (StartsWith(name, "consumer.") || StartsWith(name, "admin.") ||
               StartsWith(name, "sasl.") || StartsWith(name, "ssl.") ||
               name == "security.protocol" || name == "client.id" || name == "header.converter" ||
               name == "client.dns.lookup") {
      Notice(name, "option \"" + name +
                       "\" of the worker does not apply: only its producer's settings do");
    } else {
      Error(name, UnknownOption(name, OptionTablesOf("kafka")));
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
  ConnectConfig* result_;
  OptionMap config_;
  OptionMap worker_;
};

}  // namespace

Status ReadOptionObject(const std::string& json, OptionMap* options,
                        std::vector<std::string>* nulls) {
  rapidjson::Document document;
  if (Status s = ParseDocument(json, &document); !s.ok()) return s;
  return ReadObject(document, options, nulls);
}

ConnectConfig ReadConnectConfig(const std::string& config, const std::string& worker,
                                const std::string& current_database) {
  ConnectConfig result;
  Reader(current_database, &result).Read(config, worker);
  return result;
}

}  // namespace penstock
