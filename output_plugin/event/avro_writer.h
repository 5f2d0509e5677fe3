// avro_writer.h: from the JSON form of a key or value to Avro's binary form.
//
// One encoder decides what every value of every type looks like, and this is a pass over what it
// wrote: members stand in the order of the schema, without blanks, so nothing is looked up and
// nothing is built. What Avro readers see can therefore not differ from what JSON readers see.
#ifndef PENSTOCK_EVENT_AVRO_WRITER_H
#define PENSTOCK_EVENT_AVRO_WRITER_H

#include <string_view>

#include "avro_schema.h"
#include "buffer.h"
#include "output_plugin/rendezvous.h"

namespace penstock::event {

// Confluent's wire format begins with a zero and the id of the schema, which the sink fills in.
constexpr size_t kWireHeadBytes = 5;

// Appends room for the head and the value. json: compact, as the encoder writes it.
// kDataError: null, or another form, where the schema has no place for it; out is as before then.
Status AppendAvro(Buffer& out, const AvroSchema& schema, std::string_view json);

// The schema as a sink sees it; nullptr: none.
PenstockSchema Described(const AvroSchema* schema);

}  // namespace penstock::event

#endif
