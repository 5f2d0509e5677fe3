#include "row_compare.h"

namespace penstock::event {
namespace {

// A NULL as itself, though its column may print a default in its place.
void WriteState(Buffer& out, const Column& column, const FieldValue& value, const WriteMode& mode) {
  if (value.state == FieldState::kNull) return out.Append("null");
  (void)WriteField(out, column, value, mode);
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
