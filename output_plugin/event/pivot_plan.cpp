#include "pivot_plan.h"

#include "json_text.h"
#include "pivot_options.h"

namespace penstock::event {
namespace {

// Kinds whose JSON is a number or a boolean, with their Connect type.
struct ScalarKind {
  Kind kind;
  const char* type;
};
constexpr ScalarKind kScalars[] = {
    {Kind::kBool, "boolean"}, {Kind::kInt16, "int16"}, {Kind::kInt32, "int32"},
    {Kind::kInt64, "int64"},  {Kind::kFloat, "float"}, {Kind::kDouble, "double"},
};

const char* TypeOf(Kind kind) {
  for (const ScalarKind& row : kScalars) {
    if (row.kind == kind) return row.type;
  }
  return "string";
}

std::string FieldSchema(const char* type, bool optional, const std::string& name) {
  return std::string(R"({"type":")") + type + R"(","optional":)" + (optional ? "true" : "false") +
         R"(,"field":)" + JsonString(name) + "}";
}

std::string StructSchema(const std::string& fields, const std::string& name) {
  return R"({"schema":{"type":"struct","fields":[)" + fields + R"(],"optional":false,"name":)" +
         JsonString(name) + R"(},"payload":)";
}

const std::string& NameOf(const EventOptions& options, PivotColumn column) {
  return options.pivot.names[static_cast<size_t>(column)];
}

std::string Start(const std::string& name) { return "," + JsonString(name) + ":"; }

std::string ValueFields(const std::vector<Column>& columns, const EventOptions& options,
                        const PivotPlan& plan) {
  std::string fields;
  for (const int index : plan.told) {
    const Column& column = columns[static_cast<size_t>(index)];
    fields += FieldSchema(TypeOf(column.kind), true, column.name) + ",";
  }
  for (size_t i = 0; i < kPivotColumns; ++i) {
    const auto column = static_cast<PivotColumn>(i);
    const bool always = column == PivotColumn::kField || column == PivotColumn::kOperation;
    fields += (i == 0 ? "" : ",") + FieldSchema("string", !always, options.pivot.names[i]);
  }
  if (options.pivot.id_column.empty()) return fields;
  return fields + "," + FieldSchema("string", false, options.pivot.id_column);
}

std::string KeyFields(const std::vector<Column>& columns, const std::vector<int>& key,
                      const EventOptions& options) {
  std::string fields;
  for (const int index : key) {
    const Column& column = columns[static_cast<size_t>(index)];
    fields += FieldSchema(TypeOf(column.kind), true, column.name) + ",";
  }
  return fields + FieldSchema("string", false, NameOf(options, PivotColumn::kField)) + "," +
         FieldSchema("string", false, kPivotChangeId);
}

}  // namespace

bool IsPivotScalar(Kind kind) { return TypeOf(kind) != std::string_view("string"); }

void FinishPivotPlan(const std::vector<Column>& columns, const std::vector<int>& key,
                     const std::string& name, const EventOptions& options, PivotPlan* plan) {
  plan->told_starts.clear();
  for (const int index : plan->told) {
    plan->told_starts.push_back(Start(columns[static_cast<size_t>(index)].name));
  }
  plan->key_field_start = Start(NameOf(options, PivotColumn::kField));
  for (PivotField& field : plan->fields) {
    field.start = plan->key_field_start +
                  JsonString(columns[static_cast<size_t>(field.index)].name) +
                  Start(NameOf(options, PivotColumn::kOldValue));
  }
  plan->new_start = Start(NameOf(options, PivotColumn::kNewValue));
  for (size_t i = 0; i < kPivotTimes; ++i) {
    plan->time_starts[i] =
        Start(options.pivot.names[static_cast<size_t>(PivotColumn::kCreated) + i]);
  }
  plan->operation_start = Start(NameOf(options, PivotColumn::kOperation)) + "\"";
  if (!options.pivot.id_column.empty()) plan->id_start = Start(options.pivot.id_column);
  if (options.key_schemas) {
    plan->key_prefix = StructSchema(KeyFields(columns, key, options), name + ".Key");
    plan->key_suffix = "}";
  }
  if (options.value_schemas) {
    plan->value_prefix = StructSchema(ValueFields(columns, options, *plan), name + ".Value");
    plan->value_suffix = "}";
  }
}

}  // namespace penstock::event
