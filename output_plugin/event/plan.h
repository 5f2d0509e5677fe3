// plan.h: what an event of one relation looks like, worked out once per relation version: topic,
// columns with their encoders, key, and the constant bytes between the values.
#ifndef PENSTOCK_EVENT_PLAN_H
#define PENSTOCK_EVENT_PLAN_H

#include <memory>
#include <string>
#include <vector>

#include "avro_schema.h"
#include "column.h"
#include "document_id.h"
#include "event_options.h"
#include "outbox.h"
#include "pivot_plan.h"
#include "topic_name.h"

namespace penstock::event {

// What addressing a row's document needs.
struct DocumentPlan {
  std::vector<TextPart> id;  // the key columns
  TextPart routing;          // index < 0: none
  // No two rows ever have the same id, not even within a statement.
  bool id_is_unique = true;
  std::string mapping;  // made by FinishPlan
};

// Filled by the relation reader (PostgreSQL side), then finished by FinishPlan.
struct RelationPlan {
  std::string schema;
  std::string table;
  std::vector<Column> columns;  // of the value and of the key
  std::vector<bool> in_value;   // per column; a key column may be filtered out of the value
  std::vector<int> key;         // indexes into columns, in key order; empty: null key
  DocumentPlan document;        // with document.addressing
  PivotPlan pivot;              // with format=pivot

  // Made by FinishPlan:
  std::string topic;
  Shape shape = Shape::kEnvelope;
  size_t rest_of_chain = 0;  // the step that topics taken from rows go on with
  std::vector<const TransformStep*> changed_states;
  bool changed_shares_headers = true, flat_shares_headers = true;  // with the tombstone
  OutboxPlan outbox;
  std::string key_constants;     // ,"name":"value" that options add to keys
  std::string origin_constants;  // those of the naming strategy; they are a key by themselves
  std::string key_prefix, key_suffix;
  std::string value_prefix, value_suffix;  // envelope, or flat row
  std::string flat_null;                   // flat: value of a delete in tombstone mode under quirks
  std::string collection;                  // schema.table
  std::string source_names;                // ,"schema":…,"table":…,"txId":
  std::vector<int> value_columns;          // indexes of the columns in the value
  int route_column = -1;                   // flat route.by.field
  // Of what is written as Avro; nullptr: JSON.
  std::shared_ptr<const AvroSchema> key_avro, value_avro;
};

// Constants of one stream, the same for all relations.
struct StreamConstants {
  std::string source_start;    // "source":{"version":…,"name":…,"ts_ms":
  std::string database_field;  // ,"db":…,"sequence":
};

StreamConstants MakeStreamConstants(const EventOptions& options, const std::string& database,
                                    const std::string& version);

// Fails when the relation lacks what the options make its events from, or names cannot be written
// as Avro. The options must outlive the plan.
Status FinishPlan(RelationPlan* plan, const EventOptions& options);

// delete.tombstone.handling.mode adds the field __deleted.
bool HasDeletedField(const EventOptions& options);

// Of message records, before the Key or Value of their schemas.
constexpr const char* kMessageName = "io.debezium.connector.postgresql.Message";

// Schema of the message envelope (pg_logical_emit_message).
std::string MessageValueSchema(const EventOptions& options);
// fields: added to it by the chain.
std::string MessageKeySchema(const Route& route);

}  // namespace penstock::event

#endif
