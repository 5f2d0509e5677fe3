// sink_config.cpp: see sink_config.h.
#include "sink_config.h"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>

#include "../sink/file_options.h"
#include "../sink/kafka_options.h"
#include "output_plugin/event/event_options.h"

namespace penstock {
namespace {

OptionTable SinkTableOf(const std::string& connector) {
  if (connector == "kafka") return sink::KafkaOptionTable();
  if (connector == "file") return sink::FileOptionTable();
  return {nullptr, 0};
}

// A name as a regular expression that matches nothing else.
std::string QuoteNamePart(const std::string& part) {
  if (part == "*") return ".*";
  std::string quoted;
  for (const char c : part) {
    if (std::string_view("\\^$.|?*+()[]{},").find(c) != std::string_view::npos) quoted += '\\';
    quoted += c;
  }
  return quoted;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
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
  for (const char* other : {"kafka", "file"}) {
    if (connector != other && FindOption(SinkTableOf(other), name) != nullptr) {
      return Status(StatusCode::kInvalidOption,
                    "option \"" + name + "\" is not known to sink type \"" + connector + "\"",
                    "It is an option of sink type \"" + std::string(other) + "\".");
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

Status CheckSink(const std::string& connector, const sink::Options& options) {
  if (connector == "kafka") {
    if (options.count("bootstrap.servers") == 0 &&
        options.count("producer.override.bootstrap.servers") == 0) {
      return Status(StatusCode::kInvalidOption, "option \"bootstrap.servers\" is missing",
                    "Name the Kafka brokers as host:port, separated by commas.");
    }
    return sink::ParseKafkaOptions(options).status();
  }
  // The worker adds the folder that relative paths are below; the checks only need one.
  if (connector == "file") {
    sink::Options with_base = options;
    with_base.emplace(sink::kFileBaseDirectory, "/");
    return sink::ParseFileOptions(with_base).status();
  }
  return {};
}

}  // namespace

const char kConnectors[] = "kafka|file|null";

std::vector<OptionTable> OptionTablesOf(const std::string& connector) {
  const std::vector<std::string> known = SplitList(kConnectors, '|');
  if (std::find(known.begin(), known.end(), connector) == known.end()) return {};
  std::vector<OptionTable> tables = {event::EventOptionTable()};
  const OptionTable own = SinkTableOf(connector);
  if (own.count > 0) tables.push_back(own);
  tables.push_back(SourceOptionTable());
  return tables;
}

Status CheckOption(const std::string& connector, const std::string& name, const std::string& value,
                   std::string* notice) {
  const OptionRow* row = nullptr;
  return CheckOne(connector, OptionTablesOf(connector), name, value, &row, notice);
}

Result<SinkConfig> SplitSinkConfig(const std::string& connector, const OptionMap& options) {
  const std::vector<OptionTable> tables = OptionTablesOf(connector);
  if (tables.empty()) {
    return Status(StatusCode::kInvalidOption, "unknown connector \"" + connector + "\"",
                  "Connectors are \"kafka\", \"file\" and \"null\".");
  }
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
  Result<SourceOptions> parsed = ParseSourceOptions(source);
  if (!parsed.ok()) return parsed.status();
  config.source = parsed.value();
  if (Result<event::EventOptions> event = event::ParseEventOptions(config.event); !event.ok()) {
    return event.status();
  }
  if (Status s = CheckSink(connector, config.sink); !s.ok()) return s;
  return config;
}

std::string OptionsToJson(const OptionMap& options) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartObject();
  for (const auto& [name, value] : options) {
    writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  }
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

Result<std::string> TableNamesToIncludeList(const std::vector<std::string>& names) {
  if (names.empty()) {
    return Status(StatusCode::kInvalidOption, "argument \"tables\" names no table",
                  "Leave it out to capture every table of the database.");
  }
  std::string list;
  for (const std::string& name : names) {
    const size_t dot = name.find('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == name.size()) {
      return Status(StatusCode::kInvalidOption, "invalid table name \"" + name + "\"",
                    "Write schema.table, or schema.* for every table of a schema.");
    }
    if (!list.empty()) list += ',';
    list += QuoteNamePart(name.substr(0, dot)) + "\\." + QuoteNamePart(name.substr(dot + 1));
  }
  return list;
}

bool ListNames(std::string_view list, std::string_view item) {
  for (const std::string& element : SplitList(list)) {
    std::string_view name = element;
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
      name = name.substr(1, name.size() - 2);
    }
    if (name == item) return true;
  }
  return false;
}

bool IsSecretOption(const std::string& connector, const std::string& name) {
  const OptionRow* row = FindIn(OptionTablesOf(connector), name);
  if (row != nullptr && row->type == OptionType::kSecret) return true;
  const std::string lower = Lower(name);
  for (const char* part : {"password", "secret", "token", "jaas", "credential", "private.key",
                           ".key.pem", "basic.auth"}) {
    if (lower.find(part) != std::string::npos) return true;
  }
  return false;
}

std::string ServerFileOf(std::string_view name, std::string_view value) {
  constexpr std::string_view kOverride = "producer.override.";
  constexpr std::string_view kFamily = "ssl.";
  constexpr std::string_view kEnding = ".location";
  if (name.substr(0, kOverride.size()) == kOverride) name.remove_prefix(kOverride.size());
  if (name.substr(0, kFamily.size()) != kFamily || name.size() < kEnding.size() ||
      name.substr(name.size() - kEnding.size()) != kEnding) {
    return {};
  }
  const std::string_view path = Trim(value);
  // librdkafka looks for the system's certificates itself.
  if (name == "ssl.ca.location" && path == "probe") return {};
  return std::string(path);
}

std::vector<Placeholder> FindPlaceholders(std::string_view value) {
  std::vector<Placeholder> found;
  for (size_t at = value.find("${"); at != std::string_view::npos; at = value.find("${", at + 2)) {
    const size_t end = value.find('}', at);
    if (end == std::string_view::npos) break;
    const std::string_view body = value.substr(at + 2, end - at - 2);
    if (body.substr(0, 5) == "file:") {
      const std::string_view rest = body.substr(5);
      found.push_back({true, std::string(rest.substr(0, rest.rfind(':')))});
    } else if (body.substr(0, 4) == "env:") {
      found.push_back({false, std::string(body.substr(4))});
    }
  }
  return found;
}

}  // namespace penstock
