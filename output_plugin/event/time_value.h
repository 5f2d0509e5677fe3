// time_value.h: values of date, time, timestamp and interval in events. Rows of the writer table in
// value_json.cpp.
#ifndef PENSTOCK_EVENT_TIME_VALUE_H
#define PENSTOCK_EVENT_TIME_VALUE_H

#include "column.h"

namespace penstock::event {

bool WriteDate(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode);

// time, and timetz in UTC.
bool WriteTime(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode);

// timestamp and timestamptz. False: the number that the kind writes would overflow.
bool WriteTimestamp(Buffer& out, const Column& column, const FieldValue& value,
                    const WriteMode& mode);

bool WriteInterval(Buffer& out, const Column& column, const FieldValue& value,
                   const WriteMode& mode);

}  // namespace penstock::event

#endif
