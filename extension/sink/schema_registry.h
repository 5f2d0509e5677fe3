// schema_registry.h: the ids of Avro schemas, from a registry with Confluent's interface.
//
// One thread, never blocks. A schema is asked for once per subject and kept; what failed is asked
// for again after a while, for ever: a registry that is down comes back, and one that refuses a
// schema as incompatible may have its rule changed. What is kept is limited: beyond that, ids that
// are known are forgotten together.
#ifndef PENSTOCK_SINK_SCHEMA_REGISTRY_H
#define PENSTOCK_SINK_SCHEMA_REGISTRY_H

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "../core/retry.h"
#include "../core/status.h"
#include "http_client.h"
#include "registry_options.h"

namespace penstock::sink {

class SchemaRegistry {
 public:
  explicit SchemaRegistry(RegistryOptions options, const ClockMs& clock = SteadyClockMs());

  Status Open() { return http_.Open(); }

  // The id of the schema under its subject. kBusy: it was asked for, Poll; kUnavailable: as kBusy,
  // but the last answer about it was none or a refusal, which the message tells.
  Status IdOf(std::string_view topic, bool is_key, const Schema& schema, uint32_t* id);

  void Poll(int timeout_ms);
  int wake_fd() const { return http_.wake_fd(); }

  // Of what was asked for and has no id: the last answer about it that was none or a refusal.
  Status Trouble() const;

  bool Abandon() { return http_.Abandon(); }

 private:
  // One schema under one subject. Subject and text are those of its place in entries_.
  struct Entry {
    const std::string* subject = nullptr;
    const std::string* text = nullptr;
    bool known = false;
    uint32_t id = 0;
    uint64_t request = 0;  // under way
    Status trouble;        // the last answer, if it was none or a refusal
    Backoff backoff;
  };
  // A schema as the events name it, and where it is sent.
  struct Use {
    uint64_t serial;
    bool is_key;
    std::string topic;
    bool operator<(const Use& other) const;
  };

  std::string SubjectOf(std::string_view topic, bool is_key, const Schema& schema) const;
  Entry* Find(std::string_view topic, bool is_key, const Schema& schema);
  Entry* Keep(const std::string& subject, const std::string& text);
  void ForgetKnown();
  void Ask(Entry* entry);
  void Handle(const HttpResponse& answer);
  Status Refusal(const Entry& entry, const HttpResponse& answer) const;

  RegistryOptions options_;
  ClockMs clock_;
  HttpClient http_;
  std::map<std::pair<std::string, std::string>, Entry> entries_;  // by subject and text
  size_t kept_bytes_ = 0;                                         // of subjects and texts
  std::vector<Entry*> open_;                                      // those without an id
  std::map<Use, Entry*> uses_;
  std::vector<HttpResponse> answers_;
  // The uses of the last events, of keys and values: most events are like the one before.
  struct Last {
    uint64_t serial = 0;
    std::string topic;
    Entry* entry = nullptr;
  };
  Last last_[2];
};

}  // namespace penstock::sink

#endif
