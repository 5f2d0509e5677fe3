#include "pivot_writer.h"

#include "document_id.h"
#include "json_text.h"
#include "time_text.h"

namespace penstock::event {
namespace {

// The operations at whose commit a time passes that no row column tells.
constexpr const char* kCommitOperations[] = {"c", "u", "d", "cud"};
static_assert(sizeof kCommitOperations / sizeof kCommitOperations[0] == kPivotTimes,
              "one for each time");

bool HasValue(const FieldValue* value) {
  return value != nullptr && value->state == FieldState::kValue;
}

// What a mask shows, also in place of NULL.
bool WriteMaskedText(Buffer& out, const Column& column, const FieldValue& value) {
  const size_t start = out.size();
  (void)WriteField(out, column, value, WriteMode{});
  const std::string json(out.view().substr(start));
  out.Truncate(start);
  if (json != "null") out.Append(PlainText(json));
  return json != "null";
}

// False: null, or not known; nothing was written.
bool WriteText(Buffer& out, const Column& column, const FieldValue* value) {
  if (value != nullptr && column.kind == Kind::kMasked) {
    const bool known = value->state == FieldState::kValue || value->state == FieldState::kNull;
    return known && WriteMaskedText(out, column, *value);
  }
  if (!HasValue(value)) return false;
  AppendText(out, column, *value);
  return true;
}

// ,"a":1,"b":2 → {"a":1,"b":2
void Open(Buffer& out, size_t start) { out.SetByte(start, '{'); }

}  // namespace

void PivotWriter::BeginTransaction(int64_t commit_us) {
  Buffer text;
  AppendIsoTimestamp(text, commit_us - kEpochMicros, 6);
  commit_time_ = "\"" + std::string(text.view()) + "Z\"";
  lsn_ = place_ = 0;
}

void PivotWriter::BeginChange(const RelationPlan& plan, char op, uint64_t lsn) {
  place_ = lsn == lsn_ ? place_ + 1 : 0;
  lsn_ = lsn;
  const std::string place = std::to_string(lsn_) + "-" + std::to_string(place_);
  if (op != 'r') {
    id_ = "\"" + place + "\"";
  } else {
    id_ = plan.key.empty() ? "\"snapshot-" + place + "\"" : "\"snapshot\"";
  }
}

void PivotWriter::BeginRow(const RelationPlan& plan, char op, const FieldValue* row) {
  key_.Clear();
  told_.Clear();
  end_.Clear();
  AppendTold(plan, plan.key, row, &key_);
  AppendTold(plan, plan.pivot.told, row, &told_);
  AppendTimes(plan, op, row);
  end_.Append(plan.pivot.operation_start);
  end_.Append(op);
  end_.Append('"');
  if (!plan.pivot.id_start.empty()) {
    end_.Append(plan.pivot.id_start);
    end_.Append(id_);
  }
  end_.Append('}');
}

// The key columns come first among those that are told, so one list of starts serves both.
void PivotWriter::AppendTold(const RelationPlan& plan, const std::vector<int>& columns,
                             const FieldValue* row, Buffer* out) {
  for (size_t i = 0; i < columns.size(); ++i) {
    const auto index = static_cast<size_t>(columns[i]);
    const Column& column = plan.columns[index];
    out->Append(plan.pivot.told_starts[i]);
    if (IsPivotScalar(column.kind) && HasValue(row + index)) {
      (void)WriteValue(*out, column, row[index], WriteMode{});
    } else {
      AppendString(*out, column, row + index);
    }
  }
}

void PivotWriter::AppendTimes(const RelationPlan& plan, char op, const FieldValue* row) {
  for (size_t i = 0; i < kPivotTimes; ++i) {
    end_.Append(plan.pivot.time_starts[i]);
    const int index = plan.pivot.times[i];
    const FieldValue* value = index < 0 ? nullptr : row + index;
    if (HasValue(value)) {
      AppendString(end_, plan.columns[static_cast<size_t>(index)], value);
    } else if (std::string_view(kCommitOperations[i]).find(op) != std::string_view::npos) {
      end_.Append(commit_time_);
    } else {
      end_.Append("null");
    }
  }
}

void PivotWriter::AppendString(Buffer& out, const Column& column, const FieldValue* value) {
  text_.Clear();
  if (!WriteText(text_, column, value)) return out.Append("null");
  event::AppendString(out, text_.view());
}

void PivotWriter::AppendKey(Buffer& out, const RelationPlan& plan, const PivotField& field) const {
  out.Append(plan.pivot.key_prefix);
  const size_t start = out.size();
  out.Append(key_.view());
  out.Append(plan.pivot.key_field_start);
  event::AppendString(out, plan.columns[static_cast<size_t>(field.index)].name);
  out.Append(",\"change_id\":");
  out.Append(id_);
  out.Append('}');
  Open(out, start);
  out.Append(plan.pivot.key_suffix);
}

void PivotWriter::AppendValue(Buffer& out, const RelationPlan& plan, const PivotField& field,
                              const FieldValue* before, const FieldValue* after) {
  const Column& column = plan.columns[static_cast<size_t>(field.index)];
  out.Append(plan.pivot.value_prefix);
  const size_t start = out.size();
  out.Append(told_.view());
  out.Append(field.start);
  AppendString(out, column, before);
  out.Append(plan.pivot.new_start);
  AppendString(out, column, after);
  out.Append(end_.view());
  Open(out, start);
  out.Append(plan.pivot.value_suffix);
}

bool PivotWriter::Differs(const Column& column, const FieldValue& before, const FieldValue& after) {
  text_.Clear();
  other_text_.Clear();
  if (WriteText(text_, column, &before) != WriteText(other_text_, column, &after)) return true;
  return text_.view() != other_text_.view();
}

}  // namespace penstock::event
