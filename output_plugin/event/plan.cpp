#include "plan.h"

#include "document_mapping.h"
#include "json_text.h"
#include "metadata.h"

namespace penstock::event {
namespace {

constexpr const char* kSourceSchema =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"version"},{"type":"string","optional":false,"field":"connector"},{"type":"string","optional":false,"field":"name"},{"type":"int64","optional":false,"field":"ts_ms"},{"type":"string","optional":true,"name":"io.debezium.data.Enum","version":1,"parameters":{"allowed":"true,first,first_in_data_collection,last_in_data_collection,last,false,incremental"},"default":"false","field":"snapshot"},{"type":"string","optional":false,"field":"db"},{"type":"string","optional":true,"field":"sequence"},{"type":"int64","optional":true,"field":"ts_us"},{"type":"int64","optional":true,"field":"ts_ns"},{"type":"string","optional":false,"field":"schema"},{"type":"string","optional":false,"field":"table"},{"type":"int64","optional":true,"field":"txId"},{"type":"int64","optional":true,"field":"lsn"},{"type":"int64","optional":true,"field":"xmin"},{"type":"string","optional":true,"field":"origin"},{"type":"int64","optional":true,"field":"origin_lsn"}],"optional":false,"name":"io.debezium.connector.postgresql.Source","version":1,"field":"source"})";
// What add.fields=source.snapshot shows of it.
constexpr const char* kSnapshotEnum =
    R"(,"name":"io.debezium.data.Enum","version":1,"parameters":{"allowed":"true,first,first_in_data_collection,last_in_data_collection,last,false,incremental"})";
constexpr const char* kTransactionSchema =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"id"},{"type":"int64","optional":false,"field":"total_order"},{"type":"int64","optional":false,"field":"data_collection_order"}],"optional":true,"name":"event.block","version":1,"field":"transaction"})";
constexpr const char* kOpAndTimesSchema =
    R"({"type":"string","optional":false,"field":"op"},{"type":"int64","optional":true,"field":"ts_ms"},{"type":"int64","optional":true,"field":"ts_us"},{"type":"int64","optional":true,"field":"ts_ns"})";

std::string FieldSchemas(const RelationPlan& plan, const std::vector<int>& columns) {
  std::string out;
  for (const int index : columns) {
    if (!out.empty()) out += ',';
    out += plan.columns[static_cast<size_t>(index)].schema;
  }
  return out;
}

std::string RowSchema(const RelationPlan& plan, const std::string& name, const char* field) {
  return R"({"type":"struct","fields":[)" + FieldSchemas(plan, plan.value_columns) +
         R"(],"optional":true,"name":)" + JsonString(name + ".Value") + R"(,"field":")" + field +
         "\"}";
}

std::string EnvelopeSchema(const RelationPlan& plan, const std::string& name) {
  return R"({"type":"struct","fields":[)" + RowSchema(plan, name, "before") + "," +
         RowSchema(plan, name, "after") + "," + kSourceSchema + "," + kTransactionSchema + "," +
         kOpAndTimesSchema + R"(],"optional":false,"name":)" + JsonString(name + ".Envelope") +
         R"(,"version":2})";
}

std::string FlatSchema(const RelationPlan& plan, const EventOptions& options,
                       const std::string& name, bool null_row) {
  std::string fields = FieldSchemas(plan, plan.value_columns);
  if (!null_row) {
    if (HasDeletedField(options)) {
      fields += R"(,{"type":"string","optional":true,"field":"__deleted"})";
    }
    for (const AddedField& added : options.flat.add_fields) {
      fields += std::string(R"(,{"type":")") + MetadataType(added.path) + R"(","optional":true)" +
                (added.path == "source.snapshot" ? kSnapshotEnum : "") + R"(,"field":)" +
                JsonString(added.name) + "}";
    }
  }
  return R"({"type":"struct","fields":[)" + fields + R"(],"optional":)" +
         (null_row ? "true" : "false") + R"(,"name":)" + JsonString(name + ".Value") + "}";
}

std::string Wrapped(const std::string& schema) { return "{\"schema\":" + schema + ",\"payload\":"; }

}  // namespace

std::string MessageKeySchema(const Route& route) {
  std::string fields = R"({"type":"string","optional":true,"field":"prefix"})";
  for (const auto& [name, value] : route.key_fields) {
    fields += R"(,{"type":"string","optional":false,"field":)" + JsonString(name) + "}";
  }
  return R"({"type":"struct","fields":[)" + fields + R"(],"optional":false,"name":)" +
         JsonString(route.key_name == kMessageName ? kMessageName + std::string("Key")
                                                   : route.key_name + ".Key") +
         R"(,"version":1})";
}

std::string MessageValueSchema(const EventOptions& options) {
  const char* content = options.binary_mode == BinaryMode::kBytes ? "bytes" : "string";
  return R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"op"},{"type":"int64","optional":true,"field":"ts_ms"},)" +
         std::string(kSourceSchema) + "," + kTransactionSchema +
         R"(,{"type":"struct","fields":[{"type":"string","optional":true,"field":"prefix"},{"type":")" +
         content +
         R"(","optional":true,"field":"content"}],"optional":false,"name":"io.debezium.connector.postgresql.Message","version":1,"field":"message"}],"optional":false,"name":"io.debezium.connector.postgresql.MessageValue","version":1})";
}

StreamConstants MakeStreamConstants(const EventOptions& options, const std::string& database,
                                    const std::string& version) {
  StreamConstants constants;
  constants.source_start =
      "\"source\":{\"version\":" + JsonString(version) +
      ",\"connector\":\"postgresql\",\"name\":" + JsonString(options.topic_prefix) + ",\"ts_ms\":";
  constants.database_field = ",\"db\":" + JsonString(database) + ",\"sequence\":";
  return constants;
}

bool HasDeletedField(const EventOptions& options) {
  const DeleteHandling deletes = options.flat.delete_handling;
  return deletes == DeleteHandling::kRewrite || deletes == DeleteHandling::kRewriteWithTombstone;
}

namespace {

// The topic that an option gives the relation by its name; empty: none does.
std::string MappedTopic(const RelationPlan& plan, const EventOptions& options) {
  std::string found;
  for (const auto* map : {&options.topic_map, &options.document.index_map}) {
    for (const auto& [relation, topic] : *map) {
      if (relation == plan.schema + "." + plan.table) found = topic;
    }
  }
  return found;
}

Status SetAvro(const std::string& schema, const AvroNaming& naming,
               std::shared_ptr<const AvroSchema>* avro) {
  Result<std::shared_ptr<const AvroSchema>> made = MakeAvroSchema(schema, naming);
  if (!made.ok()) return made.status();
  *avro = std::move(made.value());
  return {};
}

// The key's columns, then what the naming strategy adds, then what transforms add to keys there
// are.
Status FinishKey(RelationPlan* plan, const EventOptions& options, Route route) {
  std::string fields = FieldSchemas(*plan, plan->key);
  plan->key_constants.clear();
  plan->origin_constants.clear();
  if (!options.naming.key_field.empty()) {
    const std::string origin =
        KeyOrigin(options.naming, OriginTopic(options, plan->schema, plan->table));
    plan->origin_constants = "," + JsonString(options.naming.key_field) + ":" + JsonString(origin);
    route.key_fields.insert(route.key_fields.begin(), {options.naming.key_field, origin});
  }
  for (const auto& [name, value] : route.key_fields) {
    plan->key_constants += "," + JsonString(name) + ":" + JsonString(value);
    fields += R"(,{"type":"string","optional":false,"field":)" + JsonString(name) + "}";
  }
  if (plan->key.empty() && !fields.empty()) fields.erase(0, 1);
  const bool avro = options.key_converter == Converter::kAvro;
  if (fields.empty() || (!options.key_schemas && !avro)) return {};
  const std::string schema = R"({"type":"struct","fields":[)" + fields +
                             R"(],"optional":false,"name":)" + JsonString(route.key_name + ".Key") +
                             "}";
  if (avro) return SetAvro(schema, options.key_naming, &plan->key_avro);
  plan->key_prefix = Wrapped(schema);
  plan->key_suffix = "}";
  return {};
}

// TimezoneConverter looks at the topic of its place in the chain.
void MoveToZone(RelationPlan* plan, const EventOptions& options, const Route& route) {
  const TimeZoneRule& rule = route.time_zone->time_zone;
  for (const int index : plan->value_columns) {
    Column& column = plan->columns[static_cast<size_t>(index)];
    if (!rule.Moves(route.time_zone_topic, plan->table, column.field_name)) continue;
    MoveToZone(&column, &rule.zone, options.quirks);
  }
}

Status FinishValue(RelationPlan* plan, const EventOptions& options, const std::string& name) {
  const bool flat = plan->shape == Shape::kFlat;
  const bool avro = options.value_converter == Converter::kAvro;
  if (options.document.addressing) plan->document.mapping = DocumentMapping(*plan, options);
  plan->flat_null = flat ? "null" : "";
  if (!options.value_schemas && !avro) return {};
  const std::string schema =
      flat ? FlatSchema(*plan, options, name, false) : EnvelopeSchema(*plan, name);
  if (avro) return SetAvro(schema, options.value_naming, &plan->value_avro);
  plan->value_prefix = Wrapped(schema);
  plan->value_suffix = "}";
  if (flat) plan->flat_null = Wrapped(FlatSchema(*plan, options, name, true)) + "null}";
  return {};
}

}  // namespace

Status FinishPlan(RelationPlan* plan, const EventOptions& options) {
  const std::string name = BaseTopic(options, plan->schema, plan->table);
  const Route route = WalkChain(options.chain, name,
                                AdjustName(name, options.schema_names, NameKind::kSchema), true);
  plan->topic = MappedTopic(*plan, options);
  if (plan->topic.empty()) plan->topic = route.topic;
  plan->shape = route.shape;
  plan->rest_of_chain = route.rest;
  plan->changed_states = route.changed_states;
  plan->changed_shares_headers = route.changed_shares_headers;
  plan->flat_shares_headers = route.flat_shares_headers;

  plan->value_columns.clear();
  for (size_t i = 0; i < plan->columns.size(); ++i) {
    FinishColumn(&plan->columns[i], options);
    if (!plan->in_value[i]) continue;
    plan->value_columns.push_back(static_cast<int>(i));
    if (plan->columns[i].field_name == options.flat.route_by_field) {
      plan->route_column = static_cast<int>(i);
    }
  }
  if (route.time_zone != nullptr) MoveToZone(plan, options, route);
  if (options.format == Format::kPivot) {
    FinishPivotPlan(plan->columns, plan->key, route.value_name, options, &plan->pivot);
    return {};
  }
  plan->collection = plan->schema + "." + plan->table;
  plan->source_names = ",\"schema\":" + JsonString(plan->schema) +
                       ",\"table\":" + JsonString(plan->table) + ",\"txId\":";
  if (plan->shape == Shape::kOutbox) return PlanOutbox(options, route.value_name, plan);
  if (Status status = FinishKey(plan, options, route); !status.ok()) return status;
  return FinishValue(plan, options, route.value_name);
}

}  // namespace penstock::event
