// kafka_options.cpp: see kafka_options.h.
#include "kafka_options.h"

#include <algorithm>
#include <deque>
#include <map>
#include <string_view>

#include "kafka_jaas.h"
#include "kafka_option_rows.h"
#include "registry_options.h"

namespace penstock::sink {
namespace {

constexpr char kOverride[] = "producer.override.";
constexpr char kTopicConfig[] = "topic.creation.default.";
constexpr char kTopicPartitions[] = "topic.creation.default.partitions";
constexpr char kTopicReplication[] = "topic.creation.default.replication.factor";
constexpr uint64_t kDefaultBufferBytes = 16 << 20;

constexpr OptionRow TopicRow(const char* name, OptionType type, const char* default_value,
                             int64_t max, OptionSupport support, const char* help) {
  return {name, OptionScope::kKafka, type, default_value, nullptr, -1, max, support, help};
}

constexpr OptionRow kTopicRows[] = {
    TopicRow("topic.creation.default.*", OptionType::kString, nullptr, 0,
             OptionSupport::kImplemented,
             "Configuration of topics that are made, e.g. topic.creation.default.cleanup.policy."),
    TopicRow(kTopicPartitions, OptionType::kInt, "-1", 100000, OptionSupport::kImplemented,
             "Partitions of topics that are made; -1: the broker's default."),
    TopicRow(kTopicReplication, OptionType::kInt, "-1", 32767, OptionSupport::kImplemented,
             "Replicas of topics that are made; -1: the broker's default."),
    TopicRow("topic.creation.enable", OptionType::kBool, "true", 0, OptionSupport::kImplemented,
             "Whether missing topics are made here; else it is left to the broker."),
    TopicRow("topic.creation.groups", OptionType::kString, nullptr, 0, OptionSupport::kRefused,
             "Topics are made with topic.creation.default.* only; make others beforehand."),
    TopicRow("topic.creation.*", OptionType::kString, nullptr, 0, OptionSupport::kRefused,
             "Topics are made with topic.creation.default.* only; make others beforehand."),
};

struct Rows {
  std::deque<std::string> names;  // of the prefixed rows; stable addresses
  std::vector<OptionRow> rows;
};

Rows* MakeRows() {
  auto* all = new Rows();
  const ProducerRows producer = AllProducerRows();
  for (size_t i = 0; i < producer.count; ++i) {
    all->rows.push_back(producer.rows[i].option);
    OptionRow prefixed = producer.rows[i].option;
    prefixed.name = all->names.emplace_back(std::string(kOverride) + prefixed.name).c_str();
    all->rows.push_back(prefixed);
  }
  all->rows.insert(all->rows.end(), std::begin(kTopicRows), std::end(kTopicRows));
  // Read by ParseRegistryOptions; no property of librdkafka.
  const OptionTable registry = RegistryOptionTable();
  all->rows.insert(all->rows.end(), registry.rows, registry.rows + registry.count);
  return all;
}

// Without the prefix that Kafka Connect puts before producer properties.
std::string_view BareName(std::string_view name) {
  const std::string_view prefix = kOverride;
  return name.substr(0, prefix.size()) == prefix ? name.substr(prefix.size()) : name;
}

const char* TargetOf(std::string_view bare_name) {
  const ProducerRows producer = AllProducerRows();
  for (size_t i = 0; i < producer.count; ++i) {
    if (bare_name == producer.rows[i].option.name) return producer.rows[i].target;
  }
  return nullptr;
}

Status CheckAll(const Options& options) {
  const OptionTable table = KafkaOptionTable();
  for (const auto& [name, value] : options) {
    const OptionRow* row = FindOption(table, name);
    if (row == nullptr) return UnknownOption(name, {table});
    if (Status status = CheckOptionValue(*row, name, value); !status.ok()) return status;
  }
  return {};
}

// Values as librdkafka spells them.
std::string Normalize(const std::string& target, std::string_view value) {
  const bool secret_or_text =
      target.find("password") != std::string::npos || target.find(".pem") != std::string::npos;
  std::string text(secret_or_text ? value : Trim(value));
  if (target == "security.protocol" || target == "compression.codec") {
    text = LowerAscii(text);
  }
  // With 0 every event would be a request, and those that wait would keep a thread from sleeping.
  if (int64_t linger_ms = 0; target == "linger.ms" && ParseInt64(text, &linger_ms)) {
    text = std::to_string(std::max<int64_t>(1, linger_ms));
  }
  // Java's way to switch the check off is the empty string.
  if (target == "ssl.endpoint.identification.algorithm" && text.empty()) text = "none";
  return text;
}

// Collects targets; one that is set twice must be set to the same value.
class Translation {
 public:
  explicit Translation(const Options& options) : options_(options) {}

  Status Set(const std::string& target, const std::string& value, const std::string& name) {
    const auto [place, inserted] = values_.emplace(target, std::pair(value, name));
    if (inserted || place->second.first == value) return {};
    return {StatusCode::kInvalidOption, "options \"" + place->second.second + "\" and \"" + name +
                                            "\" are the same setting with different values"};
  }

  Status Add(const std::string& name, const std::string& value) {
    const char* target = TargetOf(BareName(name));
    if (target == nullptr || target == std::string_view(kTargetNone)) return {};
    if (target == std::string_view(kTargetJaas)) return AddJaas(name, value);
    if (target == std::string_view(kTargetTrustStore)) return AddTrustStore(name, value);
    if (target == std::string_view(kTargetKeyStore)) return AddKeyStore(name, value);
    return Set(target, Normalize(target, value), name);
  }

  std::string Take(const std::string& target) {
    const auto found = values_.find(target);
    if (found == values_.end()) return {};
    std::string value = found->second.first;
    values_.erase(found);
    return value;
  }

  bool Has(const std::string& target) const { return values_.count(target) != 0; }

  void MoveTo(std::vector<std::pair<std::string, std::string>>* properties) const {
    for (const auto& [target, value] : values_) properties->emplace_back(target, value.first);
  }

 private:
  // The value of a bare name under either spelling.
  std::string_view ValueOf(const std::string& bare_name) const {
    for (const std::string& name : {bare_name, kOverride + bare_name}) {
      const auto found = options_.find(name);
      if (found != options_.end()) return Trim(found->second);
    }
    return {};
  }

  Status AddJaas(const std::string& name, const std::string& value) {
    // At creation a placeholder stands for the text; the worker comes with what it names.
    if (Trim(value).substr(0, 2) == "${") return {};
    const Result<JaasLogin> login = ParseJaas(value);
    if (!login.ok()) return login.status();
    const std::string_view given =
        ValueOf("sasl.mechanism").empty() ? ValueOf("sasl.mechanisms") : ValueOf("sasl.mechanism");
    if (given.empty() || login.value().scram == EqualsIgnoreCase(given, "PLAIN")) {
      return {StatusCode::kInvalidOption,
              "option \"sasl.mechanism\" does not fit the login module of \"sasl.jaas.config\"",
              "PLAIN goes with PlainLoginModule, SCRAM-SHA-256 and SCRAM-SHA-512 with "
              "ScramLoginModule."};
    }
    if (Status status = Set("sasl.username", login.value().username, name); !status.ok()) {
      return status;
    }
    return Set("sasl.password", login.value().password, name);
  }

  Status AddTrustStore(const std::string& name, const std::string& value) {
    if (!EqualsIgnoreCase(ValueOf("ssl.truststore.type"), "PEM")) {
      return {StatusCode::kNotSupported, "Java trust stores cannot be read",
              "Export the certificates as PEM and set ssl.truststore.type to PEM, or use "
              "ssl.ca.location."};
    }
    return Set("ssl.ca.location", Normalize("ssl.ca.location", value), name);
  }

  Status AddKeyStore(const std::string& name, const std::string& value) {
    const std::string path = Normalize("ssl.keystore.location", value);
    if (!EqualsIgnoreCase(ValueOf("ssl.keystore.type"), "PEM")) {
      return Set("ssl.keystore.location", path, name);
    }
    if (Status status = Set("ssl.certificate.location", path, name); !status.ok()) return status;
    return Set("ssl.key.location", path, name);
  }

  const Options& options_;
  std::map<std::string, std::pair<std::string, std::string>> values_;  // target → value, name
};

TopicCreation ParseTopicCreation(const Options& options) {
  TopicCreation creation;
  const std::string_view prefix = kTopicConfig;
  for (const auto& [name, value] : options) {
    int64_t number = -1;
    if (name == "topic.creation.enable") {
      (void)ParseBool(Trim(value), &creation.enable);
    } else if (name == kTopicPartitions && ParseInt64(Trim(value), &number)) {
      creation.partitions = static_cast<int>(number);
    } else if (name == kTopicReplication && ParseInt64(Trim(value), &number)) {
      creation.replication_factor = static_cast<int>(number);
    } else if (std::string_view(name).substr(0, prefix.size()) == prefix) {
      creation.configs.emplace_back(name.substr(prefix.size()), value);
    }
  }
  return creation;
}

Status CheckTopicCreation(const TopicCreation& creation) {
  for (const auto& [number, name] : {std::pair(creation.partitions, kTopicPartitions),
                                     std::pair(creation.replication_factor, kTopicReplication)}) {
    if (number == 0) {
      return {StatusCode::kInvalidOption,
              "invalid value for option \"" + std::string(name) + "\": \"0\"",
              "Give a positive number, or -1 for the broker's default."};
    }
  }
  return {};
}

// Everything the guarantees and the single-threaded worker rest on; users cannot set these.
void AddOurs(Translation* translation, KafkaOptions* options) {
  auto& properties = options->properties;
  properties = {
      {"enable.idempotence", "true"},
      {"acks", "all"},
      {"message.timeout.ms", "0"},
      {"partitioner", "murmur2_random"},
      {"log.queue", "true"},
      {"log.connection.close", "false"},
      {"allow.auto.create.topics", options->topic_creation.enable ? "false" : "true"},
      // The limit that counts is buffer_bytes; librdkafka's own only must not be the smaller one.
      {"queue.buffering.max.kbytes",
       std::to_string(std::min<uint64_t>(2147483647, options->buffer_bytes / 1024 + 1048576))},
  };
  constexpr std::pair<const char*, const char*> kDefaults[] = {
      {"client.id", "penstock"},        {"linger.ms", "5"},
      {"message.max.bytes", "1048576"}, {"queue.buffering.max.messages", "1000000"},
      {"batch.size", "1000000"},        {"batch.num.messages", "10000"},
      {"socket.nagle.disable", "true"}, {"ssl.endpoint.identification.algorithm", "https"},
  };
  for (const auto& [target, value] : kDefaults) (void)translation->Set(target, value, target);
  translation->MoveTo(&properties);
}

// A request takes no more than message.max.bytes, and a full buffer must hold full batches: others
// wait for linger.ms.
void LimitBatches(KafkaOptions* options) {
  for (auto& [target, value] : options->properties) {
    int64_t number = 0;
    if (target != "message.max.bytes" || !ParseInt64(value, &number)) continue;
    options->batch_bytes = std::min(options->batch_bytes, number);
  }
  options->batch_bytes =
      std::min(options->batch_bytes, static_cast<int64_t>(options->buffer_bytes / 4));
  for (auto& [target, value] : options->properties) {
    if (target == "batch.size") value = std::to_string(options->batch_bytes);
  }
}

}  // namespace

OptionTable KafkaOptionTable() {
  static const Rows* const kAll = MakeRows();  // never destroyed: rows are handed out
  return {kAll->rows.data(), kAll->rows.size()};
}

Result<KafkaOptions> ParseKafkaOptions(const Options& options) {
  if (Status status = CheckAll(options); !status.ok()) return status;
  KafkaOptions parsed;
  parsed.topic_creation = ParseTopicCreation(options);
  if (Status status = CheckTopicCreation(parsed.topic_creation); !status.ok()) return status;
  Translation translation(options);
  for (const auto& [name, value] : options) {
    if (Status status = translation.Add(name, value); !status.ok()) return status;
  }
  if (!translation.Has("bootstrap.servers")) {
    return Status(StatusCode::kInvalidOption, "option \"bootstrap.servers\" is missing",
                  "Name the Kafka brokers as host:port, separated by commas.");
  }
  int64_t number = 0;
  parsed.buffer_bytes = kDefaultBufferBytes;
  if (ParseInt64(translation.Take(kTargetBufferKb), &number)) parsed.buffer_bytes = number * 1024;
  if (ParseInt64(translation.Take(kTargetBuffer), &number)) parsed.buffer_bytes = number;
  AddOurs(&translation, &parsed);
  constexpr std::pair<std::string_view, int64_t KafkaOptions::*> kNumbers[] = {
      {"linger.ms", &KafkaOptions::linger_ms},
      {"batch.size", &KafkaOptions::batch_bytes},
      {"batch.num.messages", &KafkaOptions::batch_messages},
  };
  for (const auto& [target, value] : parsed.properties) {
    for (const auto& [name, member] : kNumbers) {
      if (target == name) (void)ParseInt64(value, &(parsed.*member));
    }
  }
  LimitBatches(&parsed);
  return parsed;
}

}  // namespace penstock::sink
