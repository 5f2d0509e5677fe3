// connect_source.h: what Debezium's connector and the Connect worker that gives its records to
// Kafka say about database, converters and producer.
#ifndef PENSTOCK_CORE_CONNECT_SOURCE_H
#define PENSTOCK_CORE_CONNECT_SOURCE_H

#include <string>

#include "connect_config.h"

namespace penstock {

// Adds to properties what the worker says and they do not, and takes out what has no meaning here;
// all other properties stay for the checks that every option goes through. Adds to options, notices
// and errors of the result.
void TranslateSource(const std::string& current_database, OptionMap* properties, OptionMap* worker,
                     ConnectConfig* result);

}  // namespace penstock

#endif
