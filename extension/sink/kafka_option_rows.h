// kafka_option_rows.h: the allow-list of producer properties, for kafka_options.cpp only.
#ifndef PENSTOCK_SINK_KAFKA_OPTION_ROWS_H
#define PENSTOCK_SINK_KAFKA_OPTION_ROWS_H

#include <cstddef>

#include "../core/option.h"

namespace penstock::sink {

// Targets that are not librdkafka properties but handled by name in kafka_options.cpp.
inline constexpr char kTargetNone[] = "";           // checked, then nothing is to be done
inline constexpr char kTargetBuffer[] = "#buffer";  // our own limit, bytes
inline constexpr char kTargetBufferKb[] = "#buffer.kb";
inline constexpr char kTargetJaas[] = "#jaas";
inline constexpr char kTargetTrustStore[] = "#truststore";
inline constexpr char kTargetKeyStore[] = "#keystore";

// One property: how users may write it, and the librdkafka property it sets.
struct ProducerRow {
  OptionRow option;
  const char* target;
};

struct ProducerRows {
  const ProducerRow* rows;
  size_t count;
};

ProducerRows AllProducerRows();

}  // namespace penstock::sink

#endif
