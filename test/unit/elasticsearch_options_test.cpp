// The options of sink type elasticsearch, and the names of indexes.
#include "extension/sink/elasticsearch_options.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "extension/sink/elasticsearch_names.h"

namespace penstock::sink {
namespace {

Result<ElasticsearchOptions> Parse(Options options) {
  options.emplace("connection.url", "http://es:9200");
  return ParseElasticsearchOptions(options);
}

StatusCode CodeOf(const Options& options) { return Parse(options).status().code(); }

TEST(ElasticsearchOptionsTest, Defaults) {
  const Result<ElasticsearchOptions> parsed = Parse({});
  ASSERT_TRUE(parsed.ok()) << parsed.status().message();
  const ElasticsearchOptions& options = parsed.value();
  EXPECT_EQ(options.batch_records, 2000u);
  EXPECT_EQ(options.bulk_bytes, 5242880u);
  EXPECT_EQ(options.max_in_flight, 5u);
  EXPECT_EQ(options.max_buffered_records, 20000u);
  EXPECT_EQ(options.linger_ms, 1);
  EXPECT_EQ(options.on_null, DocumentPolicy::kDelete);
  EXPECT_EQ(options.on_malformed, DocumentPolicy::kFail);
  EXPECT_TRUE(options.create_index);
  EXPECT_TRUE(options.http.tls.verify_certificate);
  EXPECT_TRUE(options.http.tls.verify_name);
}

TEST(ElasticsearchOptionsTest, Urls) {
  const Result<ElasticsearchOptions> parsed =
      ParseElasticsearchOptions({{"connection.url", "https://a:9200/search/, http://b , c:9201"}});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value().http.nodes,
            (std::vector<std::string>{"https://a:9200/search", "http://b", "http://c:9201"}));
  for (const char* url :
       {" , ", "ftp://a", "http://", "http://a?x", "file:///etc/passwd", "http://a b"}) {
    EXPECT_EQ(ParseElasticsearchOptions({{"connection.url", url}}).status().code(),
              StatusCode::kInvalidOption)
        << url;
  }
  for (const char* url : {"http://u:hunter2@a", "ftp://u:hunter2@a", "u:hunter2@a"}) {
    const Status secret = ParseElasticsearchOptions({{"connection.url", url}}).status();
    EXPECT_EQ(secret.code(), StatusCode::kInvalidOption);
    EXPECT_EQ(secret.message(), "option \"connection.url\" holds a user name");
  }
  EXPECT_EQ(ParseElasticsearchOptions({{"connection.url", "ftp://a"}}).status().hint(),
            "Write http://host:9200, with a path if the server is below one.");
  EXPECT_EQ(Parse({{"connection.url", "HTTPS://a"}, {"elastic.security.protocol", "SSL"}})
                .value()
                .http.nodes,
            std::vector<std::string>{"https://a"});
  EXPECT_FALSE(ParseElasticsearchOptions({}).ok());
}

TEST(ElasticsearchOptionsTest, Logins) {
  EXPECT_EQ(Parse({{"connection.api.key", "id:key"}}).value().http.api_key, "aWQ6a2V5");
  EXPECT_EQ(Parse({{"connection.api.key", "aWQ6a2V5"}}).value().http.api_key, "aWQ6a2V5");
  EXPECT_EQ(CodeOf({{"connection.username", "u"}}), StatusCode::kInvalidOption);
  EXPECT_EQ(CodeOf({{"connection.username", "u"},
                    {"connection.password", "p"},
                    {"connection.api.key", "k"}}),
            StatusCode::kInvalidOption);
  EXPECT_EQ(CodeOf({{"connection.api.key", "a\r\nX"}}), StatusCode::kInvalidOption);
}

TEST(ElasticsearchOptionsTest, Tls) {
  const Result<ElasticsearchOptions> parsed =
      Parse({{"elastic.https.ssl.ca.location", "/ca.pem"},
             {"ssl.keystore.location", "/me.p12"},
             {"ssl.keystore.password", "secret"},
             {"elastic.https.ssl.endpoint.identification.algorithm", ""}});
  ASSERT_TRUE(parsed.ok()) << parsed.status().message();
  const HttpTls& tls = parsed.value().http.tls;
  EXPECT_EQ(tls.ca_file, "/ca.pem");
  EXPECT_TRUE(tls.pkcs12);
  EXPECT_EQ(tls.certificate_file, "/me.p12");
  EXPECT_EQ(tls.key_password, "secret");
  EXPECT_FALSE(tls.verify_name);
  EXPECT_EQ(CodeOf({{"ssl.truststore.location", "/x.jks"}}), StatusCode::kNotSupported);
  EXPECT_EQ(CodeOf({{"elastic.https.ssl.truststore.location", "/x"},
                    {"elastic.https.ssl.truststore.type", "JKS"}}),
            StatusCode::kNotSupported);
  EXPECT_EQ(CodeOf({{"ssl.keystore.location", "/x"}, {"ssl.keystore.type", "JKS"}}),
            StatusCode::kNotSupported);
  EXPECT_TRUE(Parse({{"ssl.truststore.location", "/x"}, {"ssl.truststore.type", "pem"}}).ok());
  EXPECT_EQ(CodeOf({{"ssl.ca.location", "/a"}, {"elastic.https.ssl.ca.location", "/b"}}),
            StatusCode::kInvalidOption);
  EXPECT_EQ(CodeOf({{"elastic.security.protocol", "SSL"}}), StatusCode::kInvalidOption);
}

TEST(ElasticsearchOptionsTest, Policies) {
  const Result<ElasticsearchOptions> parsed =
      Parse({{"behavior.on.null.values", "IGNORE"}, {"behavior.on.malformed.documents", "warn"}});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value().on_null, DocumentPolicy::kIgnore);
  EXPECT_EQ(parsed.value().on_malformed, DocumentPolicy::kWarn);
  EXPECT_EQ(CodeOf({{"behavior.on.malformed.documents", "delete"}}), StatusCode::kInvalidOption);
}

TEST(ElasticsearchOptionsTest, IndexSettings) {
  // What a user sends must not be as deep as the server's stack.
  EXPECT_EQ(CodeOf({{"index.settings", "{\"a\":" + std::string(10'000'000, '[')}}),
            StatusCode::kInvalidOption);
  EXPECT_TRUE(Parse({{"index.settings", "{\"number_of_shards\": 3}"}}).ok());
  for (const char* bad : {"3", "[]", "{", "{\"settings\":{}}", "{\"mappings\":{}}"}) {
    EXPECT_EQ(CodeOf({{"index.settings", bad}}), StatusCode::kInvalidOption) << bad;
  }
}

// At creation placeholders stand for what only the worker sees.
TEST(ElasticsearchOptionsTest, Placeholders) {
  EXPECT_TRUE(ParseElasticsearchOptions({{"connection.url", "${file:/secrets:url}"},
                                         {"connection.username", "u"},
                                         {"connection.password", "${env:PASSWORD}"},
                                         {"index.settings", "${file:/secrets:settings}"}})
                  .ok());
  // Nothing will stand in the place of others.
  EXPECT_EQ(Parse({{"connection.url", "http://${topic}"}}).value().http.nodes,
            (std::vector<std::string>{"http://${topic}"}));
  EXPECT_EQ(CodeOf({{"index.settings", "${settings}"}}), StatusCode::kInvalidOption);
}

// Every option of Confluent's connector is a row: it works, does not apply or is refused, but is
// never unknown.
TEST(ElasticsearchOptionsTest, ConfluentNamesAreKnown) {
  const OptionTable table = ElasticsearchOptionTable();
  for (const char* name : {"batch.size",
                           "behavior.on.malformed.documents",
                           "behavior.on.null.values",
                           "bulk.size.bytes",
                           "compact.map.entries",
                           "connection.compression",
                           "connection.password",
                           "connection.timeout.ms",
                           "connection.url",
                           "connection.username",
                           "data.stream.dataset",
                           "data.stream.namespace",
                           "data.stream.timestamp.field",
                           "data.stream.type",
                           "drop.invalid.message",
                           "elastic.https.ssl.keystore.location",
                           "elastic.security.protocol",
                           "external.resource.usage",
                           "external.version.header",
                           "flush.synchronously",
                           "flush.timeout.ms",
                           "kerberos.keytab.path",
                           "kerberos.user.principal",
                           "key.ignore",
                           "linger.ms",
                           "max.buffered.records",
                           "max.connection.idle.time.ms",
                           "max.external.resource.mappings",
                           "max.in.flight.requests",
                           "max.retries",
                           "proxy.host",
                           "proxy.password",
                           "proxy.port",
                           "proxy.username",
                           "read.timeout.ms",
                           "retry.backoff.ms",
                           "schema.ignore",
                           "topic.key.ignore",
                           "topic.schema.ignore",
                           "topic.to.external.resource.mapping",
                           "use.autogenerated.ids",
                           "write.method"}) {
    EXPECT_NE(FindOption(table, name), nullptr) << name;
  }
  EXPECT_EQ(CodeOf({{"use.autogenerated.ids", "true"}}), StatusCode::kNotSupported);
  EXPECT_EQ(CodeOf({{"write.method", "UPSERT"}}), StatusCode::kNotSupported);
  EXPECT_TRUE(Parse({{"max.retries", "10"}}).ok());
  EXPECT_EQ(CodeOf({{"bulk.size", "1"}}), StatusCode::kInvalidOption);
}

TEST(ElasticsearchOptionsTest, NamesAreUniqueAndDefaultsValid) {
  const OptionTable table = ElasticsearchOptionTable();
  std::set<std::string> names;
  for (size_t i = 0; i < table.count; ++i) {
    const OptionRow& row = table.rows[i];
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(row.scope, OptionScope::kElasticsearch) << row.name;
    EXPECT_STREQ(row.help + std::string_view(row.help).size() - 1, ".") << row.name;
    if (row.support == OptionSupport::kImplemented && row.default_value != nullptr) {
      EXPECT_TRUE(CheckOptionValue(row, row.name, row.default_value).ok()) << row.name;
    }
  }
}

TEST(ElasticsearchNamesTest, IndexNames) {
  EXPECT_EQ(IndexName("db.public.Users").value(), "db.public.users");
  EXPECT_EQ(IndexName("a\\b/c*d?e\"f<g>h|i j,k#l:m").value(), "a_b_c_d_e_f_g_h_i_j_k_l_m");
  EXPECT_EQ(IndexName("_-+users").value(), "users");
  EXPECT_EQ(IndexName("s.\xc3\xa4\n").value(), "s.\xc3\xa4_");
  EXPECT_EQ(IndexName(std::string(255, 'a')).value().size(), 255u);
  for (const std::string& bad : {std::string(), std::string("."), std::string(".."),
                                 std::string("__"), std::string(256, 'a')}) {
    EXPECT_EQ(IndexName(bad).status().code(), StatusCode::kInvalidOption) << bad;
  }
}

}  // namespace
}  // namespace penstock::sink
