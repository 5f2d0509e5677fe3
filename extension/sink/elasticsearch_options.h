// elasticsearch_options.h: the options of sink type elasticsearch: those of Confluent's
// Elasticsearch sink connector by their names, and ours. No libcurl in here.
#ifndef PENSTOCK_SINK_ELASTICSEARCH_OPTIONS_H
#define PENSTOCK_SINK_ELASTICSEARCH_OPTIONS_H

#include <cstdint>
#include <string>
#include <vector>

#include "../core/option.h"
#include "../core/status.h"
#include "http_client.h"
#include "sink.h"

namespace penstock::sink {

// What becomes of a document that the index refuses, or of an event without one.
enum class DocumentPolicy { kFail, kWarn, kIgnore, kDelete };

struct ElasticsearchOptions {
  HttpOptions http;
  std::string pipeline;
  // Bulk requests.
  size_t batch_records = 0;
  size_t bulk_bytes = 0;
  size_t max_in_flight = 0;
  size_t max_buffered_records = 0;
  int64_t linger_ms = 0;
  int64_t retry_backoff_ms = 0;
  int64_t retry_backoff_max_ms = 0;
  // Documents.
  DocumentPolicy on_null = DocumentPolicy::kDelete;     // fail, ignore or delete
  DocumentPolicy on_malformed = DocumentPolicy::kFail;  // fail, warn or ignore
  // Indexes.
  bool create_index = true;
  bool schema_ignore = false;  // no mapping is sent, for any topic
  std::vector<std::string> schema_ignore_topics;
  std::string index_settings;  // JSON object, or empty
};

// All rows. Options of TLS stand there twice: bare and after "elastic.https.".
OptionTable ElasticsearchOptionTable();

// Options that are rows of the table, values checked here once more. The same setting given under
// two names with different values is an error.
Result<ElasticsearchOptions> ParseElasticsearchOptions(const Options& options);

}  // namespace penstock::sink

#endif
