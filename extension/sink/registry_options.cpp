// registry_options.cpp: see registry_options.h.
#include "registry_options.h"

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../core/placeholder.h"
#include "http_url.h"

namespace penstock::sink {
namespace {

constexpr OptionSupport kYes = OptionSupport::kImplemented;
constexpr OptionSupport kNo = OptionSupport::kRefused;
constexpr OptionSupport kIdle = OptionSupport::kNotApplicable;
constexpr OptionScope kScope = OptionScope::kKafka;
constexpr OptionType kBool = OptionType::kBool;
constexpr OptionType kInt = OptionType::kInt;
constexpr OptionType kText = OptionType::kString;
constexpr OptionType kEnum = OptionType::kEnum;
constexpr OptionType kSecret = OptionType::kSecret;

constexpr char kStrategies[] =
    "TopicNameStrategy|RecordNameStrategy|TopicRecordNameStrategy|"
    "io.confluent.kafka.serializers.subject.TopicNameStrategy|"
    "io.confluent.kafka.serializers.subject.RecordNameStrategy|"
    "io.confluent.kafka.serializers.subject.TopicRecordNameStrategy";

// Sorted by name. Columns: name, scope, type, default, allowed, min, max, support, help.
// clang-format off
constexpr OptionRow kRows[] = {
    {"auto.register.schemas", kScope, kBool, "true", nullptr, 0, 0, kYes, "New schemas are registered; else they must be in the registry."},
    {"basic.auth.credentials.source", kScope, kEnum, "URL", "URL|USER_INFO", 0, 0, kYes, "Where the registry's user name and password are: nowhere, or in basic.auth.user.info."},
    {"basic.auth.user.info", kScope, kSecret, nullptr, nullptr, 0, 0, kYes, "User name and password for the registry as name:password."},
    {"bearer.auth.credentials.source", kScope, kEnum, nullptr, "STATIC_TOKEN", 0, 0, kYes, "Where the registry's token is: in bearer.auth.token."},
    {"bearer.auth.token", kScope, kSecret, nullptr, nullptr, 0, 0, kYes, "Token for the registry."},
    {"enhanced.avro.schema.support", kScope, kBool, "false", nullptr, 0, 0, kIdle, "it changes nothing of the schemas that Debezium's events have"},
    {"http.connect.timeout.ms", kScope, kInt, "5000", nullptr, 1, 600000, kYes, "Time to connect to the registry."},
    {"http.read.timeout.ms", kScope, kInt, "30000", nullptr, 1, 600000, kYes, "Time to wait for the registry's answer."},
    {"key.subject.name.strategy", kScope, kEnum, "TopicNameStrategy", kStrategies, 0, 0, kYes, "The subject of key schemas: topic-key, the record's full name, or topic-name."},
    {"max.schemas.per.subject", kScope, kInt, "1000", nullptr, 1, 2147483647, kIdle, "schemas are kept by table, not by subject"},
    {"normalize.schemas", kScope, kBool, "false", nullptr, 0, 0, kYes, "The registry compares schemas in their normalized form."},
    {"schema.registry.basic.auth.user.info", kScope, kSecret, nullptr, nullptr, 0, 0, kYes, "Former name of basic.auth.user.info."},
    {"schema.registry.ssl.endpoint.identification.algorithm", kScope, kText, "https", nullptr, 0, 0, kYes, "Empty: the name in the registry's certificate is not compared."},
    {"schema.registry.ssl.key.password", kScope, kSecret, nullptr, nullptr, 0, 0, kYes, "Password of the client's key."},
    {"schema.registry.ssl.keystore.certificate.chain", kScope, kText, nullptr, nullptr, 0, 0, kYes, "The client's certificate as PEM text."},
    {"schema.registry.ssl.keystore.key", kScope, kSecret, nullptr, nullptr, 0, 0, kYes, "The client's key as PEM text."},
    {"schema.registry.ssl.keystore.location", kScope, kText, nullptr, nullptr, 0, 0, kYes, "File with the client's certificate and key."},
    {"schema.registry.ssl.keystore.password", kScope, kSecret, nullptr, nullptr, 0, 0, kYes, "Password of that file."},
    {"schema.registry.ssl.keystore.type", kScope, kEnum, "JKS", "JKS|PEM|PKCS12", 0, 0, kYes, "Form of that file; JKS cannot be read."},
    {"schema.registry.ssl.truststore.certificates", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Certificates of authorities as PEM text."},
    {"schema.registry.ssl.truststore.location", kScope, kText, nullptr, nullptr, 0, 0, kYes, "File with certificates of authorities; default: the system's."},
    {"schema.registry.ssl.truststore.password", kScope, kSecret, nullptr, nullptr, 0, 0, kIdle, "a PEM file of certificates has no password"},
    {"schema.registry.ssl.truststore.type", kScope, kEnum, "JKS", "JKS|PEM|PKCS12", 0, 0, kYes, "Form of that file; only PEM can be read."},
    {"schema.registry.url", kScope, OptionType::kList, nullptr, nullptr, 0, 0, kYes, "The schema registry, with its path; several are tried in turn."},
    {"schemas.cache.config", kScope, kInt, "1000", nullptr, 1, 2147483647, kIdle, "schemas are kept by table"},
    {"schemas.cache.size", kScope, kInt, "1000", nullptr, 1, 2147483647, kIdle, "schemas are kept by table"},
    {"use.latest.version", kScope, kBool, "false", nullptr, 0, 0, kNo, "events are written with the schema of their table"},
    {"value.subject.name.strategy", kScope, kEnum, "TopicNameStrategy", kStrategies, 0, 0, kYes, "The subject of value schemas: topic-value, the record's full name, or topic-name."},
};
// clang-format on

constexpr const char* kConverters[] = {"key.converter.", "value.converter."};

struct Rows {
  std::deque<std::string> names;  // of the prefixed rows; stable addresses
  std::vector<OptionRow> rows;
};

Rows* MakeRows() {
  auto* all = new Rows();
  for (const OptionRow& row : kRows) {
    all->rows.push_back(row);
    for (const char* converter : kConverters) {
      OptionRow prefixed = row;
      prefixed.name = all->names.emplace_back(std::string(converter) + row.name).c_str();
      all->rows.push_back(prefixed);
    }
  }
  return all;
}

std::string BareName(const std::string& name) {
  for (const std::string_view prefix : kConverters) {
    if (std::string_view(name).substr(0, prefix.size()) == prefix)
      return name.substr(prefix.size());
  }
  return name;
}

// Values by their bare names. Key and value share one registry.
class Values {
 public:
  Status Read(const Options& options) {
    for (const auto& [name, value] : options) {
      const OptionRow* row = FindOption(RegistryOptionTable(), name);
      if (row == nullptr) continue;  // of Kafka
      if (Status status = CheckOptionValue(*row, name, value); !status.ok()) return status;
      const std::string text(row->type == kSecret ? std::string_view(value) : Trim(value));
      const auto [place, inserted] = values_.emplace(BareName(name), std::pair(text, name));
      if (inserted || place->second.first == text) continue;
      return {StatusCode::kInvalidOption,
              "options \"" + place->second.second + "\" and \"" + name + "\" have different values",
              "A sink has one schema registry, for keys and values."};
    }
    return {};
  }

  bool empty() const { return values_.empty(); }
  const std::string& FirstName() const { return values_.begin()->second.second; }

  std::string Of(const std::string& name) const {
    const auto found = values_.find(name);
    if (found != values_.end()) return found->second.first;
    const OptionRow* row = FindOption(RegistryOptionTable(), name);
    return row->default_value == nullptr ? std::string() : row->default_value;
  }

  bool BoolOf(const std::string& name) const {
    bool flag = false;
    (void)ParseBool(Of(name), &flag);
    return flag;
  }

  int64_t NumberOf(const std::string& name) const {
    int64_t number = 0;
    (void)ParseInt64(Of(name), &number);
    return number;
  }

 private:
  std::map<std::string, std::pair<std::string, std::string>> values_;  // bare name → value, name
};

constexpr HttpUrlOption kUrl = {
    "schema.registry.url", false,
    "Write http://host:8081, with a path if the registry is below one.",
    "Use basic.auth.credentials.source=USER_INFO and basic.auth.user.info."};

Status ReadLogin(const Values& values, HttpOptions* http) {
  std::string login = values.Of("basic.auth.user.info");
  if (login.empty()) login = values.Of("schema.registry.basic.auth.user.info");
  const bool basic = EqualsIgnoreCase(values.Of("basic.auth.credentials.source"), "USER_INFO");
  http->bearer_token = values.Of("bearer.auth.token");
  if (basic != !login.empty()) {
    return {StatusCode::kInvalidOption,
            "options \"basic.auth.credentials.source\" and \"basic.auth.user.info\" go together",
            "Set the first to USER_INFO and the second to name:password."};
  }
  if (values.Of("bearer.auth.credentials.source").empty() != http->bearer_token.empty()) {
    return {StatusCode::kInvalidOption,
            "options \"bearer.auth.credentials.source\" and \"bearer.auth.token\" go together",
            "Set the first to STATIC_TOKEN."};
  }
  if (basic && !http->bearer_token.empty()) {
    return {StatusCode::kInvalidOption,
            "options \"basic.auth.user.info\" and \"bearer.auth.token\" exclude each other"};
  }
  for (const std::string* secret : {&login, &http->bearer_token}) {
    if (secret->find_first_of("\r\n") != std::string::npos) {
      return {StatusCode::kInvalidOption, "a user name, password or token has a line break"};
    }
  }
  if (!basic || !FindPlaceholders(login).empty()) return {};
  const size_t colon = login.find(':');
  if (colon == std::string::npos || colon == 0) {
    return {StatusCode::kInvalidOption, "invalid value for option \"basic.auth.user.info\"",
            "Write name:password."};
  }
  http->user = login.substr(0, colon);
  http->password = login.substr(colon + 1);
  return {};
}

Status ReadTls(const Values& values, HttpTls* tls) {
  const std::string prefix = "schema.registry.ssl.";
  auto of = [&](const char* name) { return values.Of(prefix + name); };
  tls->ca_file = of("truststore.location");
  tls->ca_pem = of("truststore.certificates");
  tls->certificate_file = tls->key_file = of("keystore.location");
  tls->certificate_pem = of("keystore.certificate.chain");
  tls->key_pem = of("keystore.key");
  tls->key_password = of("key.password");
  tls->pkcs12 = EqualsIgnoreCase(of("keystore.type"), "PKCS12");
  const bool own_trust = EqualsIgnoreCase(of("truststore.type"), "PEM");
  const bool own_key = tls->pkcs12 || EqualsIgnoreCase(of("keystore.type"), "PEM");
  if ((!tls->ca_file.empty() && !own_trust) || (!tls->key_file.empty() && !own_key)) {
    return {StatusCode::kNotSupported, "Java key stores cannot be read",
            "Export certificates and keys as PEM and set schema.registry.ssl.truststore.type or "
            "schema.registry.ssl.keystore.type to PEM."};
  }
  if (tls->key_password.empty()) tls->key_password = of("keystore.password");
  const std::string algorithm = of("endpoint.identification.algorithm");
  tls->verify_name = EqualsIgnoreCase(algorithm, "https");
  if (tls->verify_name || algorithm.empty() || EqualsIgnoreCase(algorithm, "none")) return {};
  return {StatusCode::kInvalidOption,
          "invalid value for option \"" + prefix + "endpoint.identification.algorithm\"",
          "Valid values are \"https\" and \"none\"."};
}

SubjectStrategy StrategyOf(const std::string& name) {
  const std::string last = name.substr(name.rfind('.') + 1);
  if (EqualsIgnoreCase(last, "RecordNameStrategy")) return SubjectStrategy::kRecord;
  if (EqualsIgnoreCase(last, "TopicRecordNameStrategy")) return SubjectStrategy::kTopicRecord;
  return SubjectStrategy::kTopic;
}

}  // namespace

OptionTable RegistryOptionTable() {
  static const Rows* const kAll = MakeRows();  // never destroyed: rows are handed out
  return {kAll->rows.data(), kAll->rows.size()};
}

Result<RegistryOptions> ParseRegistryOptions(const Options& options) {
  RegistryOptions parsed;
  Values values;
  if (Status status = values.Read(options); !status.ok()) return status;
  if (values.empty()) return parsed;
  const std::vector<std::string> urls = SplitList(values.Of(kUrl.name));
  if (urls.empty()) {
    return Status(StatusCode::kInvalidOption, "option \"schema.registry.url\" is missing",
                  "Option \"" + values.FirstName() + "\" is about a schema registry.");
  }
  for (const std::string& url : urls) {
    if (Status status = AddHttpUrl(kUrl, url, &parsed.http.nodes); !status.ok()) return status;
  }
  if (Status status = ReadLogin(values, &parsed.http); !status.ok()) return status;
  if (Status status = ReadTls(values, &parsed.http.tls); !status.ok()) return status;
  parsed.http.connect_timeout_ms = values.NumberOf("http.connect.timeout.ms");
  parsed.http.read_timeout_ms = values.NumberOf("http.read.timeout.ms");
  parsed.auto_register = values.BoolOf("auto.register.schemas");
  parsed.normalize = values.BoolOf("normalize.schemas");
  parsed.key_strategy = StrategyOf(values.Of("key.subject.name.strategy"));
  parsed.value_strategy = StrategyOf(values.Of("value.subject.name.strategy"));
  return parsed;
}

}  // namespace penstock::sink
