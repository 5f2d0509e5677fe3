#include "row_compare.h"

namespace penstock::event {
namespace {

// A NULL as itself, and so a value that the column cannot express, though the column may print a
// default in their place.
void WriteState(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode) {
  const size_t start = out.size();
  if (value.state != FieldState::kNull && WriteField(out, column, value, mode)) return;
  out.Truncate(start);
  out.Append("null");
}

bool IsSame(const Column& column, const FieldValue& before, const FieldValue& after,
            const WriteMode& mode, Buffer& scratch) {
  if (before.state == FieldState::kAbsent) return false;
  scratch.Clear();
  WriteState(scratch, column, before, mode);
  const size_t middle = scratch.size();
  WriteState(scratch, column, after, mode);
  return scratch.view().substr(0, middle) == scratch.view().substr(middle);
}

}  // namespace

bool ShowsSameRow(const RelationPlan& plan, const FieldValue* before, const FieldValue* after,
                  const WriteMode& mode, Buffer& scratch) {
  for (size_t i = 0; i < plan.columns.size(); ++i) {
    if (mode.quirks && !plan.in_value[i]) continue;
    if (!IsSame(plan.columns[i], before[i], after[i], mode, scratch)) return false;
  }
  return true;
}

}  // namespace penstock::event
