// column_mask.h: columns whose values are truncated, replaced or hashed. A masked column has kind
// kMasked and the column that it hides as its element; columns without a mask pay nothing.
#ifndef PENSTOCK_EVENT_COLUMN_MASK_H
#define PENSTOCK_EVENT_COLUMN_MASK_H

#include <string>
#include <string_view>

#include "buffer.h"
#include "column_rule.h"
#include "event_options.h"

namespace penstock::event {

struct Column;
struct FieldValue;
struct WriteMode;

enum class MaskKind : uint8_t {
  kTruncate,
  kConstant,  // asterisks, or of a value that is no text nothing at all
  kHash,
};

struct ColumnMask {
  MaskKind kind = MaskKind::kTruncate;
  size_t chars = 0;  // kTruncate: UTF-16 units, or bytes; kHash: hex digits that are left
  std::string constant_json;
  const Digest* digest = nullptr;
  bool java_object = false;  // the digest is of Java's serialised String
  std::string salt;
};

// What a rule needs to know of a column's type.
struct MaskedType {
  bool is_text = false;  // of the types that Debezium masks
  int length = 0;        // as the JDBC driver has it
};

// Puts the mask of a rule (not of a source type) around a column that is complete but for
// FinishColumn, and the parameters of its schema. Nothing is masked where Debezium does not do it:
// truncation of values that are no strings, and under quirks other types than text.
void MaskColumn(const ColumnRule& rule, const MaskedType& type, const EventOptions& options,
                Column* column);

// A column of the same schema whose value is always the same JSON.
void HideColumn(const std::string& json, Column* column);

// FinishColumn of a masked one.
void FinishMasked(Column* column, const EventOptions& options);

bool WriteMasked(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode);

}  // namespace penstock::event

#endif
