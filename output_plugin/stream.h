// stream.h: one stream of events: options, encoder, plans and the place where events go. Shared by
// the decoding callbacks and the snapshot interface.
#ifndef PENSTOCK_OUTPUT_STREAM_H
#define PENSTOCK_OUTPUT_STREAM_H

#include "event/event_encoder.h"
#include "relation_cache.h"
#include "rendezvous.h"

namespace penstock::output {

// Plain data; lives in the memory context it was made in. The encoder is a C++ object that a reset
// callback of that context deletes.
struct Stream {
  MemoryContext change_context;  // reset after each change
  event::EventEncoder *encoder;
  RelationCache *relations;
  const PenstockEventWriter *writer;  // nullptr: text output
  int64 xmin_time;                    // nanoseconds since 1970, when source.xmin was looked up
  uint32 passed_over;                 // changes without an event
  bool transaction_begun;             // provide.transaction.metadata: its first record was written
};

// Makes a stream in CurrentMemoryContext. options: list of DefElem with text values; topic.prefix
// defaults to the database's name. ERROR on bad options.
Stream *MakeStream(List *options, const PenstockEventWriter *writer, Purpose purpose);

inline const event::EventOptions &OptionsOf(const Stream &stream) {
  return stream.encoder->options();
}

// Wall clock in nanoseconds since 1970.
int64 NowNanos();

// PostgreSQL's time as microseconds since 1970.
int64 UnixMicros(TimestampTz time);

// Encodes a change of a captured relation; the events are in stream->encoder afterwards. ERROR when
// a value cannot be expressed and the options say fail.
void EncodeChange(Stream *stream, const CachedRelation &relation, const event::Change &change);

// The settings that would show in text forms (TimeZone and the like), fixed while a stream runs in
// a session of somebody else's. Plain data.
constexpr int kFixedSettings = 5;
struct FixedSettings {
  bool fixed;
  int nest_level;                // in a transaction, whose end or abort restores by itself
  char *values[kFixedSettings];  // else: what they were, NULL where equal
};
void FixSettings(FixedSettings *settings);
void RestoreSettings(FixedSettings *settings);

}  // namespace penstock::output

#endif
