#include "outbox.h"

#include <initializer_list>

#include "json_text.h"
#include "plan.h"

namespace penstock::event {
namespace {

class Planner {
 public:
  Planner(const EventOptions& options, RelationPlan* plan)
      : options_(options), outbox_(options.outbox), plan_(plan) {}

  Status Plan(const std::string& value_name) {
    OutboxPlan& to = plan_->outbox;
    to = OutboxPlan();
    const std::initializer_list<Wanted> wanted = {
        {outbox_.id, &to.id, {}},
        {outbox_.key, &to.key, {}},
        {outbox_.payload, &to.payload, {}},
        {outbox_.route_by_field, &to.route, {Kind::kText, Kind::kEnum, Kind::kUuid}},
        {outbox_.timestamp,
         &to.timestamp,
         {Kind::kTimestampMillis, Kind::kTimestampMicros, Kind::kTimestampNanos}},
        {outbox_.schema_version, &to.version, {Kind::kInt32}},
    };
    for (const Wanted& column : wanted) {
      if (column.name.empty()) continue;
      if (Status s = Find(column, true); !s.ok()) return s;
    }
    for (const PlacedField& field : outbox_.placed) {
      if (Status s = Place(field); !s.ok()) return s;
    }
    Describe(value_name);
    return {};
  }

 private:
  struct Wanted {
    const std::string& name;
    int* index;
    std::vector<Kind> kinds;  // empty: any
  };

  Status Find(const Wanted& wanted, bool required) {
    for (const int index : plan_->value_columns) {
      const Column& column = plan_->columns[static_cast<size_t>(index)];
      if (column.field_name != wanted.name) continue;
      *wanted.index = index;
      if (wanted.kinds.empty()) return {};
      for (const Kind kind : wanted.kinds) {
        if (column.kind == kind) return {};
      }
      return Status(StatusCode::kInvalidOption,
                    "column \"" + wanted.name + "\" of table \"" + TableName() +
                        "\" has a type that its use in an outbox excludes",
                    "The route must be text, the timestamp a timestamp written as a number, schema "
                    "version and partition integer.");
    }
    if (!required) return {};
    return Status(
        StatusCode::kInvalidOption,
        "table \"" + TableName() + "\" lacks column \"" + wanted.name + "\", which an outbox needs",
        "Set table.include.list to the outbox tables, give the transform a predicate, or "
        "name the column in the table.field.event options.");
  }

  std::string TableName() const { return plan_->schema + "." + plan_->table; }

  Status Place(const PlacedField& field) {
    int index = -1;
    Wanted wanted{field.column, &index, {}};
    if (field.placement == Placement::kPartition) wanted.kinds = {Kind::kInt32};
    if (Status s = Find(wanted, !outbox_.ignore_missing); !s.ok()) return s;
    OutboxPlan& to = plan_->outbox;
    // A structure is what the options ask for, whether or not this table has the column.
    if (field.placement == Placement::kEnvelope) to.enveloped = true;
    if (index < 0) return {};
    if (field.placement == Placement::kPartition) {
      to.partition = index;
    } else {
      auto& list = field.placement == Placement::kHeader ? to.headers : to.members;
      list.push_back({index, &field, "," + JsonString(field.alias) + ":"});
    }
    return {};
  }

  const Column& At(int index) const { return plan_->columns[static_cast<size_t>(index)]; }

  void Describe(const std::string& value_name) {
    OutboxPlan& to = plan_->outbox;
    if (options_.key_schemas) {
      to.key_prefix = "{\"schema\":" + ColumnSchema(At(to.key), {}) + ",\"payload\":";
    }
    if (!options_.value_schemas) return;
    to.payload_schema = ColumnSchema(At(to.payload), {});
    to.payload_schema.pop_back();
    for (const OutboxPlan::Placed& member : to.members) {
      to.member_schemas += "," + ColumnSchema(At(member.column), member.field->alias);
    }
    to.name_start = value_name + ".";
    to.name_end = ".Value";
  }

  const EventOptions& options_;
  const OutboxOptions& outbox_;
  RelationPlan* plan_;
};

}  // namespace

Status PlanOutbox(const EventOptions& options, const std::string& value_name, RelationPlan* plan) {
  if (options.WritesAvro()) {
    return Status(StatusCode::kNotSupported, "outbox events are not written as Avro",
                  "Set key.converter and value.converter to json.");
  }
  return Planner(options, plan).Plan(value_name);
}

}  // namespace penstock::event
