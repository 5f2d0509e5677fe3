// make_sink.cpp: from a sink type's name to its object.
#include <memory>
#include <string>
#include <utility>

#include "elasticsearch_options.h"
#include "elasticsearch_sink.h"
#include "file_options.h"
#include "file_sink.h"
#include "kafka_options.h"
#include "kafka_sink.h"
#include "null_sink.h"
#include "registry_options.h"
#include "registry_sink.h"
#include "sink.h"

namespace penstock::sink {
namespace {

using SinkResult = Result<std::unique_ptr<Sink>>;

template <typename SinkOfType, auto kParse>
SinkResult Make(const Options& options) {
  auto parsed = kParse(options);
  if (!parsed.ok()) return parsed.status();
  return SinkResult(std::make_unique<SinkOfType>(std::move(parsed.value())));
}

SinkResult MakeKafka(const Options& options) {
  Result<RegistryOptions> registry = ParseRegistryOptions(options);
  if (!registry.ok()) return registry.status();
  SinkResult sink = Make<KafkaSink, ParseKafkaOptions>(options);
  if (!sink.ok() || registry.value().http.nodes.empty()) return sink;
  return SinkResult(
      std::make_unique<RegistrySink>(std::move(sink.value()), std::move(registry.value())));
}

SinkResult MakeNull(const Options& options) {
  if (!options.empty()) return UnknownOption(options.begin()->first, {});
  return SinkResult(std::make_unique<NullSink>());
}

struct TypeRow {
  const char* type;
  SinkResult (*make)(const Options& options);
};

constexpr TypeRow kTypes[] = {{"elasticsearch", Make<ElasticsearchSink, ParseElasticsearchOptions>},
                              {"file", Make<FileSink, ParseFileOptions>},
                              {"kafka", MakeKafka},
                              {"null", MakeNull}};

}  // namespace

Result<std::unique_ptr<Sink>> MakeSink(const std::string& type, const Options& options) {
  for (const TypeRow& row : kTypes) {
    if (type == row.type) return row.make(options);
  }
  return Status(StatusCode::kInvalidOption, "unknown connector \"" + type + "\"",
                "Sink types are kafka, elasticsearch, file and null.");
}

}  // namespace penstock::sink
