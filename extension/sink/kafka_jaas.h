// kafka_jaas.h: Java's sasl.jaas.config, as far as user name and password go.
#ifndef PENSTOCK_SINK_KAFKA_JAAS_H
#define PENSTOCK_SINK_KAFKA_JAAS_H

#include <string>
#include <string_view>

#include "../core/status.h"

namespace penstock::sink {

struct JaasLogin {
  bool scram = false;  // else PLAIN
  std::string username;
  std::string password;
};

// Takes "<package>.PlainLoginModule required username="…" password="…";" and the same with
// ScramLoginModule. Other modules and options are refused; no message repeats the text.
Result<JaasLogin> ParseJaas(std::string_view text);

}  // namespace penstock::sink

#endif
