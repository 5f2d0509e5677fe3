// numeric_value.h: values of numeric and money in events. Rows of the writer table in
// value_json.cpp.
#ifndef PENSTOCK_EVENT_NUMERIC_VALUE_H
#define PENSTOCK_EVENT_NUMERIC_VALUE_H

#include <cstdint>
#include <string>

#include "column.h"

namespace penstock::event {

// False: NaN or an infinity, of which the kind has no form.
bool WriteNumeric(Buffer& out, const Column& column, const FieldValue& value,
                  const WriteMode& mode);

bool WriteMoney(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode);

// money: an integer of 10^-money_digits, rounded half up (away from zero) to the column's scale.
// Both have 10 digits at most, so it fits.
__int128 RoundMoney(int64_t value, int digits, int scale);

// The decimal text of units * 10^-scale.
std::string DecimalText(__int128 units, int scale);

}  // namespace penstock::event

#endif
