// field_values.h: values of a row, as the row reader would give them.
#ifndef PENSTOCK_TEST_FIELD_VALUES_H
#define PENSTOCK_TEST_FIELD_VALUES_H

#include <cstdint>
#include <string_view>
#include <vector>

#include "output_plugin/event/column.h"

namespace penstock::event {

inline FieldValue State(FieldState state) {
  FieldValue value;
  value.state = state;
  return value;
}

inline FieldValue Number(int64_t number) {
  FieldValue value = State(FieldState::kValue);
  value.number = number;
  return value;
}

// The bytes stay the caller's.
inline FieldValue Bytes(std::string_view bytes) {
  FieldValue value = State(FieldState::kValue);
  value.bytes = bytes.data();
  value.size = static_cast<uint32_t>(bytes.size());
  return value;
}

inline FieldValue Items(FieldState state, const std::vector<FieldValue>& items) {
  FieldValue value = State(state);
  value.items = items.data();
  value.size = static_cast<uint32_t>(items.size());
  return value;
}

}  // namespace penstock::event

#endif
