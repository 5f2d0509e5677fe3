// name_adjustment.h: names of schemas and fields as readers of other formats can take them
// (schema.name.adjustment.mode, field.name.adjustment.mode).
#ifndef PENSTOCK_EVENT_NAME_ADJUSTMENT_H
#define PENSTOCK_EVENT_NAME_ADJUSTMENT_H

#include <cstdint>
#include <string>
#include <string_view>

namespace penstock::event {

// The values of both options, in their order.
enum class NameAdjustment : uint8_t { kNone, kAvro, kAvroUnicode };

enum class NameKind : uint8_t {
  kSchema,  // dots stay
  kField,
};

// The name with every UTF-16 unit that Avro refuses replaced: by an underscore, or by _u and its
// hex digits, where the underscore itself is replaced too.
std::string AdjustName(std::string_view name, NameAdjustment mode, NameKind kind);

// The UTF-16 units of UTF-8 text, as Java counts them.
std::u16string Utf16Units(std::string_view text);

// _u and the unit's hex digits, two zeros before those of one byte, as Debezium spells them.
std::string UnicodeEscape(char16_t unit);

}  // namespace penstock::event

#endif
