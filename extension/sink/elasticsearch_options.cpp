// elasticsearch_options.cpp: see elasticsearch_options.h.
#include "elasticsearch_options.h"

#include <deque>
#include <map>
#include <string_view>
#include <utility>

#include "../core/json.h"
#include "../core/placeholder.h"
#include "elasticsearch_option_rows.h"
#include "http_url.h"
#include "output_plugin/event/buffer.h"
#include "output_plugin/event/json_text.h"

namespace penstock::sink {
namespace {

struct Rows {
  std::deque<std::string> names;  // of the prefixed rows; stable addresses
  std::vector<OptionRow> rows;
};

Rows* MakeRows() {
  auto* all = new Rows();
  const OptionTable plain = ElasticsearchPlainRows();
  const OptionTable tls = ElasticsearchTlsRows();
  all->rows.assign(plain.rows, plain.rows + plain.count);
  for (size_t i = 0; i < tls.count; ++i) {
    all->rows.push_back(tls.rows[i]);
    OptionRow prefixed = tls.rows[i];
    prefixed.name = all->names.emplace_back(std::string(kHttpsPrefix) + prefixed.name).c_str();
    all->rows.push_back(prefixed);
  }
  return all;
}

Status Invalid(const std::string& name, const std::string& value, std::string hint) {
  return {StatusCode::kInvalidOption,
          "invalid value for option \"" + name + "\": \"" + value + "\"", std::move(hint)};
}

// At creation a placeholder stands for the text; the worker comes with what it names.
bool HasPlaceholder(std::string_view value) { return !FindPlaceholders(value).empty(); }

// Values by their bare names, defaults filled in.
class Values {
 public:
  Status Read(const Options& options) {
    const OptionTable table = ElasticsearchOptionTable();
    for (const auto& [name, value] : options) {
      const OptionRow* row = FindOption(table, name);
      if (row == nullptr) return UnknownOption(name, {table});
      if (Status status = CheckOptionValue(*row, name, value); !status.ok()) return status;
      if (Status status = Add(name, value, row->type); !status.ok()) return status;
    }
    return {};
  }

  bool Has(const std::string& name) const { return values_.count(name) != 0; }

  std::string Of(const std::string& name) const {
    const auto found = values_.find(name);
    if (found != values_.end()) return found->second.value;
    const OptionRow* row = FindOption(ElasticsearchOptionTable(), name);
    return row->default_value == nullptr ? std::string() : row->default_value;
  }

  int64_t NumberOf(const std::string& name) const {
    int64_t number = 0;
    (void)ParseInt64(Of(name), &number);
    return number;
  }

  bool BoolOf(const std::string& name) const {
    bool flag = false;
    (void)ParseBool(Of(name), &flag);
    return flag;
  }

  bool Is(const std::string& name, std::string_view choice) const {
    return EqualsIgnoreCase(Of(name), choice);
  }

 private:
  struct Value {
    std::string value;
    std::string name;  // as the user wrote it
  };

  Status Add(const std::string& name, const std::string& value, OptionType type) {
    const std::string_view prefix = kHttpsPrefix;
    const bool prefixed = std::string_view(name).substr(0, prefix.size()) == prefix;
    const std::string bare = prefixed ? name.substr(prefix.size()) : name;
    const std::string text(type == OptionType::kSecret ? std::string_view(value) : Trim(value));
    const auto [place, inserted] = values_.emplace(bare, Value{text, name});
    if (inserted || place->second.value == text) return {};
    return {StatusCode::kInvalidOption, "options \"" + place->second.name + "\" and \"" + name +
                                            "\" are the same setting with different values"};
  }

  std::map<std::string, Value> values_;
};

// "host:9200" is taken as http, as Confluent's connector does.
constexpr HttpUrlOption kUrl = {"connection.url", true,
                                "Write http://host:9200, with a path if the server is below one.",
                                "Use connection.username and connection.password."};

Status ReadNodes(const Values& values, HttpOptions* http) {
  const std::vector<std::string> urls = SplitList(values.Of(kUrl.name));
  if (urls.empty()) {
    return {StatusCode::kInvalidOption, "option \"connection.url\" is missing",
            "Name the nodes of Elasticsearch or OpenSearch as http://host:9200, separated by "
            "commas."};
  }
  for (const std::string& url : urls) {
    if (Status status = AddHttpUrl(kUrl, url, &http->nodes); !status.ok()) return status;
    const bool https = !http->nodes.empty() && http->nodes.back().compare(0, 8, "https://") == 0;
    if (values.Is("elastic.security.protocol", "SSL") && !https && !HasPlaceholder(url)) {
      return Invalid(kUrl.name, url, "elastic.security.protocol=SSL needs URLs with https.");
    }
  }
  return {};
}

std::string EncodedApiKey(const std::string& key) {
  if (key.find(':') == std::string::npos) return key;
  event::Buffer encoded;
  event::AppendBase64(encoded, key.data(), key.size());
  return std::string(encoded.view());
}

Status ReadLogin(const Values& values, HttpOptions* http) {
  http->user = values.Of("connection.username");
  http->password = values.Of("connection.password");
  http->api_key = EncodedApiKey(values.Of("connection.api.key"));
  if (http->user.empty() != http->password.empty()) {
    return {StatusCode::kInvalidOption,
            "options \"connection.username\" and \"connection.password\" go together"};
  }
  if (!http->user.empty() && !http->api_key.empty()) {
    return {StatusCode::kInvalidOption,
            "options \"connection.username\" and \"connection.api.key\" exclude each other"};
  }
  for (const std::string* text : {&http->user, &http->password, &http->api_key}) {
    if (text->find_first_of("\r\n") != std::string::npos) {
      return {StatusCode::kInvalidOption, "a user name, password or API key has a line break"};
    }
  }
  http->proxy_host = values.Of("proxy.host");
  http->proxy_port = values.NumberOf("proxy.port");
  http->proxy_user = values.Of("proxy.username");
  http->proxy_password = values.Of("proxy.password");
  if (http->proxy_host.find_first_of("/@ ") != std::string::npos) {
    return Invalid("proxy.host", http->proxy_host, "Write the name of a host.");
  }
  return {};
}

constexpr char kJava[] = "Java key stores cannot be read";

Status ReadStores(const Values& values, HttpTls* tls) {
  const std::string trust = values.Of("ssl.truststore.location");
  const std::string key = values.Of("ssl.keystore.location");
  if (!trust.empty() || values.Has("ssl.truststore.type")) {
    if (!values.Is("ssl.truststore.type", "PEM")) {
      return {StatusCode::kNotSupported, kJava,
              "Export the certificates as PEM and set ssl.truststore.type to PEM, or use "
              "ssl.ca.location."};
    }
    tls->ca_file = trust;
  }
  if (values.Is("ssl.keystore.type", "JKS")) {
    return {StatusCode::kNotSupported, kJava,
            "Export it as PKCS12 or PEM and set ssl.keystore.type accordingly."};
  }
  if (key.empty()) return {};
  tls->pkcs12 = values.Is("ssl.keystore.type", "PKCS12");
  tls->certificate_file = key;
  tls->key_file = key;
  if (values.Has("ssl.keystore.password")) tls->key_password = values.Of("ssl.keystore.password");
  return {};
}

struct TlsText {
  const char* name;
  std::string HttpTls::* member;
};

constexpr TlsText kTlsTexts[] = {
    {"ssl.ca.location", &HttpTls::ca_file},
    {"ssl.ca.pem", &HttpTls::ca_pem},
    {"ssl.truststore.certificates", &HttpTls::ca_pem},
    {"ssl.certificate.location", &HttpTls::certificate_file},
    {"ssl.certificate.pem", &HttpTls::certificate_pem},
    {"ssl.keystore.certificate.chain", &HttpTls::certificate_pem},
    {"ssl.key.location", &HttpTls::key_file},
    {"ssl.key.pem", &HttpTls::key_pem},
    {"ssl.keystore.key", &HttpTls::key_pem},
    {"ssl.key.password", &HttpTls::key_password},
    {"ssl.cipher.suites", &HttpTls::ciphers},
};

Status ReadTls(const Values& values, HttpTls* tls) {
  if (Status status = ReadStores(values, tls); !status.ok()) return status;
  for (const TlsText& text : kTlsTexts) {
    if (!values.Has(text.name)) continue;
    std::string& member = tls->*text.member;
    const std::string value = values.Of(text.name);
    if (!member.empty() && member != value) {
      return {StatusCode::kInvalidOption,
              "option \"" + std::string(text.name) + "\" contradicts another one",
              "Give certificates and keys once: as files, as PEM texts or as stores."};
    }
    member = value;
  }
  tls->verify_certificate = values.BoolOf("enable.ssl.certificate.verification");
  const std::string algorithm = values.Of("ssl.endpoint.identification.algorithm");
  tls->verify_name = EqualsIgnoreCase(algorithm, "https");
  if (!tls->verify_name && !algorithm.empty() && !EqualsIgnoreCase(algorithm, "none")) {
    return Invalid("ssl.endpoint.identification.algorithm", algorithm,
                   "Valid values are \"https\" and \"none\".");
  }
  return {};
}

DocumentPolicy PolicyOf(const Values& values, const char* name) {
  constexpr std::pair<const char*, DocumentPolicy> kPolicies[] = {
      {"fail", DocumentPolicy::kFail},
      {"warn", DocumentPolicy::kWarn},
      {"ignore", DocumentPolicy::kIgnore},
      {"delete", DocumentPolicy::kDelete},
  };
  for (const auto& [text, policy] : kPolicies) {
    if (values.Is(name, text)) return policy;
  }
  return DocumentPolicy::kFail;
}

void ReadBulk(const Values& values, ElasticsearchOptions* parsed) {
  parsed->batch_records = static_cast<size_t>(values.NumberOf("batch.size"));
  parsed->bulk_bytes = static_cast<size_t>(values.NumberOf("bulk.size.bytes"));
  parsed->max_in_flight = static_cast<size_t>(values.NumberOf("max.in.flight.requests"));
  parsed->max_buffered_records = static_cast<size_t>(values.NumberOf("max.buffered.records"));
  parsed->linger_ms = values.NumberOf("linger.ms");
  parsed->retry_backoff_ms = values.NumberOf("retry.backoff.ms");
  parsed->retry_backoff_max_ms = values.NumberOf("retry.backoff.max.ms");
  parsed->pipeline = values.Of("pipeline");
  parsed->on_null = PolicyOf(values, "behavior.on.null.values");
  parsed->on_malformed = PolicyOf(values, "behavior.on.malformed.documents");
}

Status ReadIndexes(const Values& values, ElasticsearchOptions* parsed) {
  parsed->create_index = values.BoolOf("index.create");
  parsed->schema_ignore = values.BoolOf("schema.ignore");
  parsed->schema_ignore_topics = SplitList(values.Of("topic.schema.ignore"));
  parsed->index_settings = values.Of("index.settings");
  if (parsed->index_settings.empty() || HasPlaceholder(parsed->index_settings)) return {};
  rapidjson::Document settings;
  if (!ParseJson(parsed->index_settings, &settings) || !settings.IsObject()) {
    return Invalid("index.settings", parsed->index_settings,
                   "A JSON object is expected, e.g. {\"number_of_shards\": 3}.");
  }
  if (settings.HasMember("settings") || settings.HasMember("mappings")) {
    return Invalid("index.settings", parsed->index_settings,
                   "Give the settings alone, without an object around them.");
  }
  return {};
}

}  // namespace

OptionTable ElasticsearchOptionTable() {
  static const Rows* const kAll = MakeRows();  // never destroyed: rows are handed out
  return {kAll->rows.data(), kAll->rows.size()};
}

Result<ElasticsearchOptions> ParseElasticsearchOptions(const Options& options) {
  Values values;
  if (Status status = values.Read(options); !status.ok()) return status;
  ElasticsearchOptions parsed;
  if (Status status = ReadNodes(values, &parsed.http); !status.ok()) return status;
  if (Status status = ReadLogin(values, &parsed.http); !status.ok()) return status;
  if (Status status = ReadTls(values, &parsed.http.tls); !status.ok()) return status;
  parsed.http.gzip = values.BoolOf("connection.compression");
  parsed.http.connect_timeout_ms = values.NumberOf("connection.timeout.ms");
  parsed.http.read_timeout_ms = values.NumberOf("read.timeout.ms");
  parsed.http.max_idle_ms = values.NumberOf("max.connection.idle.time.ms");
  ReadBulk(values, &parsed);
  if (Status status = ReadIndexes(values, &parsed); !status.ok()) return status;
  return parsed;
}

}  // namespace penstock::sink
