// document_value.h: the plain JSON values of documents (format=document): what a search engine
// indexes without knowing PostgreSQL or Debezium. Rows of the writer table in value_json.cpp.
#ifndef PENSTOCK_EVENT_DOCUMENT_VALUE_H
#define PENSTOCK_EVENT_DOCUMENT_VALUE_H

#include "column.h"
#include "json_text.h"

namespace penstock::event {

using Writer = bool (*)(Buffer&, const Column&, const FieldValue&, const WriteMode&);

bool WriteNumber(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode);
bool WriteMoneyNumber(Buffer& out, const Column& column, const FieldValue& value,
                      const WriteMode& mode);
bool WriteDay(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode);
bool WriteClock(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode);
bool WriteInstant(Buffer& out, const Column& column, const FieldValue& value,
                  const WriteMode& mode);
bool WritePeriod(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode);
bool WriteRawJson(Buffer& out, const Column& column, const FieldValue& value,
                  const WriteMode& mode);
bool WriteObject(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode);
bool WriteBinary(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode);
bool WriteBitText(Buffer& out, const Column& column, const FieldValue& value,
                  const WriteMode& mode);
bool WriteCoordinates(Buffer& out, const Column& column, const FieldValue& value,
                      const WriteMode& mode);
bool WriteList(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode);

// hstore's text as a JSON object (value_json.cpp).
using StringWriter = void (*)(Buffer& out, std::string_view text);
void WriteHstoreObject(Buffer& out, std::string_view text, StringWriter append = AppendString);

}  // namespace penstock::event

#endif
