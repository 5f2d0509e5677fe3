// elasticsearch_option_rows.h: the rows, for elasticsearch_options.cpp only.
#ifndef PENSTOCK_SINK_ELASTICSEARCH_OPTION_ROWS_H
#define PENSTOCK_SINK_ELASTICSEARCH_OPTION_ROWS_H

#include "../core/option.h"

namespace penstock::sink {

// Everything but TLS.
OptionTable ElasticsearchPlainRows();

// TLS: each is taken bare, as Kafka clients spell it, and after kHttpsPrefix, as Confluent does.
OptionTable ElasticsearchTlsRows();

inline constexpr char kHttpsPrefix[] = "elastic.https.";

}  // namespace penstock::sink

#endif
