// connect_source.cpp: see connect_source.h.
#include "connect_source.h"

#include <string_view>
#include <utility>
#include <vector>

#include "connect_translator.h"
#include "placeholder.h"

namespace penstock {
namespace {

const char kJsonConverter[] = "org.apache.kafka.connect.json.JsonConverter";
const char kAvroConverter[] = "io.confluent.connect.avro.AvroConverter";

class Translator : ConnectTranslator {
 public:
  Translator(const std::string& current_database, OptionMap* properties, OptionMap* worker,
             ConnectConfig* result)
      : ConnectTranslator(properties, result),
        current_database_(current_database),
        worker_(worker) {}

  void Translate() {
    TakeDatabase();
    TakeConverter("key.converter");
    TakeConverter("value.converter");
    TakeWorker();
    // Whoever reads the topics of this connector today must see no difference.
    properties_->emplace("debezium.quirks", "true");
  }

 private:
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
    const bool own = properties_->count(name) != 0;
    const bool from_worker = !own && worker_->count(name) != 0;
    const std::string prefix = name + ".";
    if (from_worker) {
      for (auto it = properties_->begin(); it != properties_->end();) {
        if (!StartsWith(it->first, prefix)) {
          ++it;
          continue;
        }
        Notice(it->first, "option \"" + it->first +
                              "\" does not apply: Kafka Connect reads it only beside \"" + name +
                              "\", and the worker's converter is used");
        it = properties_->erase(it);
      }
    }
    OptionMap* from = from_worker ? worker_ : properties_;
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
    for (auto it = worker_->lower_bound(converter); it != worker_->end();) {
      if (it->first != converter && !StartsWith(it->first, converter + ".")) break;
      (*properties_)[it->first] = it->second;
      it = worker_->erase(it);
    }
  }

  // What is left over from a JsonConverter; AvroConverter passes over it.
  void DropJsonProperties(const std::string& converter) {
    std::vector<const char*> properties = {"schemas.enable", "replace.null.with.default",
                                           "decimal.format", "converter.type"};
    if (converter == "key.converter") properties.push_back("ignore.default.for.nullables");
    for (const char* property : properties) {
      const std::string name = converter + "." + property;
      if (properties_->erase(name) == 0) continue;
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
    for (const auto& [name, value] : *worker_) {
      if (name == "bootstrap.servers") {
        if (properties_->count("producer.override.bootstrap.servers") == 0) {
          properties_->emplace(name, value);
        }
      } else if (StartsWith(name, "producer.")) {
        const std::string property = name.substr(std::string_view("producer.").size());
        const std::string override_name = "producer.override." + property;
        if (properties_->count(override_name) == 0 && properties_->count(property) == 0) {
          properties_->emplace(override_name, value);
        }
      } else if (StartsWith(name, "topic.creation.")) {
        properties_->emplace(name, value);
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

  const std::string& current_database_;
  OptionMap* worker_;
};

}  // namespace

void TranslateSource(const std::string& current_database, OptionMap* properties, OptionMap* worker,
                     ConnectConfig* result) {
  Translator(current_database, properties, worker, result).Translate();
}

}  // namespace penstock
