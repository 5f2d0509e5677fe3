// sink_config.cpp: see sink_config.h.
#include "sink_config.h"

#include <algorithm>

#include "../sink/elasticsearch_options.h"
#include "../sink/file_options.h"
#include "../sink/kafka_options.h"
#include "../sink/registry_options.h"
#include "output_plugin/event/event_options.h"
#include "placeholder.h"

namespace penstock {
namespace {

// Set by the connector alone; users of the plain output plugin give it themselves.
constexpr std::string_view kAddressing = "document.addressing";

constexpr const char* kPublicationMode = "publication.autocreate.mode";
constexpr const char* kPublicationName = "publication.name";

enum class Documents {
  kNever,
  kOnRequest,  // format=document
  kAlways,
};

Status CheckNothing(const sink::Options& /*options*/) { return {}; }

Status CheckKafka(const sink::Options& options) {
  if (options.count("bootstrap.servers") == 0 &&
      options.count("producer.override.bootstrap.servers") == 0) {
    return Status(StatusCode::kInvalidOption, "option \"bootstrap.servers\" is missing",
                  "Name the Kafka brokers as host:port, separated by commas.");
  }
  if (Status s = sink::ParseRegistryOptions(options).status(); !s.ok()) return s;
  return sink::ParseKafkaOptions(options).status();
}

// The worker adds the folder that relative paths are below; the checks only need one.
Status CheckFile(const sink::Options& options) {
  sink::Options with_base = options;
  with_base.emplace(sink::kFileBaseDirectory, "/");
  return sink::ParseFileOptions(with_base).status();
}

Status CheckElasticsearch(const sink::Options& options) {
  return sink::ParseElasticsearchOptions(options).status();
}

OptionTable NoOptions() { return {nullptr, 0}; }

struct SinkType {
  std::string_view name;
  Documents documents;
  OptionTable (*table)();
  Status (*check)(const sink::Options& options);
};

constexpr SinkType kTypes[] = {
    {"elasticsearch", Documents::kAlways, sink::ElasticsearchOptionTable, CheckElasticsearch},
    {"file", Documents::kOnRequest, sink::FileOptionTable, CheckFile},
    {"kafka", Documents::kNever, sink::KafkaOptionTable, CheckKafka},
    {"null", Documents::kOnRequest, NoOptions, CheckNothing},
};

const SinkType* FindType(std::string_view name) {
  for (const SinkType& type : kTypes) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

// Tables in the order in which a prefix row may claim a name; an exact row anywhere comes first.
const OptionRow* FindIn(const std::vector<OptionTable>& tables, std::string_view name) {
  const OptionRow* found = nullptr;
  for (const OptionTable& table : tables) {
    const OptionRow* row = FindOption(table, name);
    if (row != nullptr && row->name == name) return row;
    if (found == nullptr) found = row;
  }
  return found;
}

// A name that another sink type knows is worth saying.
Status Unknown(const std::string& connector, const std::string& name,
               const std::vector<OptionTable>& tables) {
  for (const SinkType& other : kTypes) {
    if (connector != other.name && FindOption(other.table(), name) != nullptr) {
      return Status(StatusCode::kInvalidOption,
                    "option \"" + name + "\" is not known to sink type \"" + connector + "\"",
                    "It is an option of sink type \"" + std::string(other.name) + "\".");
    }
  }
  return UnknownOption(name, tables);
}

// One option by itself. notice is set when it does not apply here.
Status CheckOne(const std::string& connector, const std::vector<OptionTable>& tables,
                const std::string& name, const std::string& value, const OptionRow** place,
                std::string* notice) {
  const OptionRow* row = FindIn(tables, name);
  if (row == nullptr) return Unknown(connector, name, tables);
  if (name == kAddressing) {
    return Status(StatusCode::kInvalidOption, "option \"" + name + "\" cannot be set for a sink",
                  "The type of the sink decides it, or format=document.");
  }
  *place = row;
  // What penstock cannot do may still be switched off explicitly.
  const bool is_default =
      row->default_value != nullptr && EqualsIgnoreCase(Trim(value), row->default_value);
  if (row->support == OptionSupport::kRefused && is_default) return {};
  // The output plugin is given its options as they are stored.
  const bool for_sink = row->scope != OptionScope::kSource && row->scope != OptionScope::kEvent;
  if (!for_sink && row->support == OptionSupport::kImplemented &&
      !FindPlaceholders(value).empty()) {
    return Status(StatusCode::kNotSupported,
                  "option \"" + name + "\" cannot take its value from a file or the environment",
                  "Only options of the destination can.");
  }
  if (row->scope == OptionScope::kSource) {
    if (Status s = CheckSourceOption(*row, name, value); !s.ok()) return s;
  } else if (Status s = CheckOptionValue(*row, name, value); !s.ok()) {
    return s;
  }
  if (row->support == OptionSupport::kNotApplicable) {
    *notice = "option \"" + name + "\" does not apply: " + row->help;
  }
  return {};
}

bool AsksForDocuments(const OptionMap& options) {
  const auto format = options.find("format");
  return format != options.end() && EqualsIgnoreCase(Trim(format->second), "document");
}

// Only one mode has a use for a publication.
void AddPublicationNotices(const OptionMap& options, SinkConfig* config) {
  const auto mode = options.find(kPublicationMode);
  if (mode != options.end() && EqualsIgnoreCase(Trim(mode->second), "disabled")) return;
  for (const char* name : {kPublicationMode, kPublicationName}) {
    if (options.count(name) == 0) continue;
    config->notices.push_back("option \"" + std::string(name) +
                              "\" does not apply: penstock reads the WAL without a publication");
  }
}

// What the type of the sink says about the form of its events.
Status AddAddressing(const SinkType& type, const OptionMap& options, SinkConfig* config) {
  if (type.documents == Documents::kAlways) {
    config->event.emplace_back(kAddressing, "true");
  } else if (type.documents == Documents::kNever && AsksForDocuments(options)) {
    return Status(
        StatusCode::kNotSupported,
        "option \"format\" cannot be \"document\" for sink type \"" + std::string(type.name) + "\"",
        "Documents are for connector \"elasticsearch\"; \"flat\" is the row alone.");
  }
  return {};
}

// Delimited text has one row of columns for all events.
Status CheckDelimited(const SinkConfig& config, const event::EventOptions& event) {
  if (!sink::AsksForCsv(config.sink)) return {};
  if (event.format != event::Format::kPivot) {
    return Status(StatusCode::kInvalidOption, "option \"file.format\" cannot be \"csv\" here",
                  "Delimited text needs format=pivot.");
  }
  if (event.transaction_metadata || config.source.heartbeat_interval_ms > 0 ||
      config.source.notify_sink) {
    return Status(StatusCode::kInvalidOption,
                  "delimited text has no place for transactions, heartbeats and notifications",
                  "Leave out provide.transaction.metadata, heartbeat.interval.ms and, but for log, "
                  "notification.enabled.channels.");
  }
  if (event.value_schemas) {
    return Status(StatusCode::kInvalidOption, "delimited text has no place for schemas",
                  "Leave out schemas.enable and value.converter.schemas.enable.");
  }
  return {};
}

// Without the converters that write Avro, and without schemas in the place of theirs.
std::vector<std::pair<std::string, std::string>> AsText(
    const std::vector<std::pair<std::string, std::string>>& options,
    const event::EventOptions& event) {
  auto avro = [&](std::string_view converter) {
    return (converter == "key.converter" ? event.key_converter : event.value_converter) ==
           event::Converter::kAvro;
  };
  std::vector<std::pair<std::string, std::string>> text;
  for (const auto& option : options) {
    bool dropped = false;
    for (const std::string_view converter : {"key.converter", "value.converter"}) {
      const bool of_it = std::string_view(option.first).substr(0, converter.size()) == converter;
      dropped = dropped || (of_it && avro(converter));
    }
    if (!dropped) text.push_back(option);
  }
  for (const std::string converter : {"key.converter", "value.converter"}) {
    if (avro(converter)) text.emplace_back(converter + ".schemas.enable", "false");
  }
  return text;
}

// Avro and the registry of its schemas need each other.
Status CheckAvro(const SinkType& type, const event::EventOptions& event, const OptionMap& options) {
  const auto url = std::find_if(options.begin(), options.end(), [](const auto& option) {
    const std::string_view name = option.first, ending = "schema.registry.url";
    return name.size() >= ending.size() && name.substr(name.size() - ending.size()) == ending;
  });
  if (!event.WritesAvro()) {
    if (url == options.end()) return {};
    return Status(StatusCode::kInvalidOption,
                  "option \"" + url->first + "\" needs key.converter=avro or value.converter=avro");
  }
  if (type.name != "kafka") {
    return Status(StatusCode::kNotSupported,
                  "sink type \"" + std::string(type.name) + "\" does not take Avro",
                  "Set key.converter and value.converter to json.");
  }
  if (url != options.end()) return {};
  return Status(StatusCode::kInvalidOption, "option \"schema.registry.url\" is missing",
                "Avro schemas are kept in a schema registry with Confluent's interface.");
}

}  // namespace

std::vector<OptionTable> OptionTablesOf(const std::string& connector) {
  const SinkType* type = FindType(connector);
  if (type == nullptr) return {};
  std::vector<OptionTable> tables = {event::EventOptionTable()};
  const OptionTable own = type->table();
  if (own.count > 0) tables.push_back(own);
  tables.push_back(SourceOptionTable());
  return tables;
}

bool DeliversDocuments(const std::string& connector, const OptionMap& options) {
  const SinkType* type = FindType(connector);
  if (type == nullptr || type->documents == Documents::kNever) return false;
  return type->documents == Documents::kAlways || AsksForDocuments(options);
}

Status CheckOption(const std::string& connector, const std::string& name, const std::string& value,
                   std::string* notice) {
  const OptionRow* row = nullptr;
  return CheckOne(connector, OptionTablesOf(connector), name, value, &row, notice);
}

Result<SinkConfig> SplitSinkConfig(const std::string& connector, const OptionMap& options) {
  const SinkType* type = FindType(connector);
  if (type == nullptr) {
    return Status(StatusCode::kInvalidOption, "unknown connector \"" + connector + "\"",
                  "Connectors are \"kafka\", \"elasticsearch\", \"file\" and \"null\".");
  }
  const std::vector<OptionTable> tables = OptionTablesOf(connector);
  SinkConfig config;
  OptionMap source;
  for (const auto& [name, value] : options) {
    const OptionRow* row = nullptr;
    std::string notice;
    if (Status s = CheckOne(connector, tables, name, value, &row, &notice); !s.ok()) return s;
    if (!notice.empty()) config.notices.push_back(notice);
    if (row->support != OptionSupport::kImplemented) continue;
    if (row->scope == OptionScope::kEvent) {
      config.event.emplace_back(name, value);
    } else if (row->scope == OptionScope::kSource) {
      source.emplace(name, value);
    } else {
      config.sink.emplace(name, value);
    }
  }
  AddPublicationNotices(options, &config);
  Result<SourceOptions> parsed = ParseSourceOptions(source);
  if (!parsed.ok()) return parsed.status();
  config.source = parsed.value();
  if (Status s = AddAddressing(*type, options, &config); !s.ok()) return s;
  if (DeliversDocuments(connector, options) &&
      (parsed.value().notify_sink || parsed.value().heartbeat_interval_ms > 0)) {
    return Status(
        StatusCode::kInvalidOption, "heartbeats and notifications have no place among documents",
        "Leave out heartbeat.interval.ms, and notification.enabled.channels but for log.");
  }
  const Result<event::EventOptions> event = event::ParseEventOptions(config.event);
  if (!event.ok()) return event.status();
  if (Status s = CheckDelimited(config, event.value()); !s.ok()) return s;
  if (Status s = CheckAvro(*type, event.value(), options); !s.ok()) return s;
  config.event_as_text = AsText(config.event, event.value());
  if (Status s = type->check(config.sink); !s.ok()) return s;
  return config;
}

bool IsSecretOption(const std::string& connector, const std::string& name) {
  const OptionRow* row = FindIn(OptionTablesOf(connector), name);
  if (row != nullptr && row->type == OptionType::kSecret) return true;
  return SoundsSecret(name);
}

}  // namespace penstock
