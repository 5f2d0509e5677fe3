#include "document_plan.h"

#include <algorithm>
#include <string_view>

#include "event/document_mapping.h"

namespace penstock::output {
namespace {

using event::Column;
using event::EventOptions;
using event::Kind;

struct KindOfType {
  PgType type;
  Kind kind;
};
constexpr KindOfType kKinds[] = {
    {PgType::kUnknown, Kind::kKeyword},
    {PgType::kBool, Kind::kBool},
    {PgType::kInt2, Kind::kInt16},
    {PgType::kInt4, Kind::kInt32},
    {PgType::kInt8, Kind::kInt64},
    {PgType::kOid, Kind::kInt64},
    {PgType::kFloat4, Kind::kFloat},
    {PgType::kFloat8, Kind::kDouble},
    {PgType::kNumeric, Kind::kNumber},
    {PgType::kMoney, Kind::kMoneyNumber},
    {PgType::kText, Kind::kKeyword},
    {PgType::kBpchar, Kind::kText},
    {PgType::kName, Kind::kText},
    {PgType::kJson, Kind::kRawJson},
    {PgType::kJsonb, Kind::kRawJson},
    {PgType::kXml, Kind::kXml},
    {PgType::kLtree, Kind::kLtree},
    {PgType::kTsvector, Kind::kTsvector},
    {PgType::kEnum, Kind::kEnum},
    {PgType::kUuid, Kind::kUuid},
    {PgType::kDate, Kind::kDay},
    {PgType::kTime, Kind::kClock},
    {PgType::kTimetz, Kind::kUtcClock},
    {PgType::kTimestamp, Kind::kInstant},
    {PgType::kTimestamptz, Kind::kInstant},
    {PgType::kInterval, Kind::kPeriod},
    {PgType::kBytea, Kind::kBinary},
    {PgType::kBit, Kind::kBitText},
    {PgType::kVarbit, Kind::kBitText},
    {PgType::kPoint, Kind::kCoordinates},
    {PgType::kHstore, Kind::kObject},
    {PgType::kGeometry, Kind::kKeyword},
    {PgType::kGeography, Kind::kKeyword},
    {PgType::kVector, Kind::kKeyword},
    {PgType::kHalfvec, Kind::kKeyword},
    {PgType::kSparsevec, Kind::kKeyword},
    {PgType::kArray, Kind::kList},
};

// Of the types that are plain strings, those that hold words to search.
bool IsProse(std::string_view type_name) {
  return type_name == "text" || type_name == "varchar" || type_name == "citext";
}

Status Refused(const RelationShape& shape, const std::string& problem, const std::string& hint) {
  return Status(StatusCode::kInvalidOption,
                std::string("table \"") + shape.schema + "." + shape.table + "\" " + problem, hint);
}

bool HoldsAll(const std::vector<AttrNumber>& key, const AttrNumber* columns, int count) {
  return count > 0 && std::all_of(columns, columns + count, [&key](AttrNumber attnum) {
           return std::find(key.begin(), key.end(), attnum) != key.end();
         });
}

// An identity index is immediate by nature, and unique in its own partition alone. Any other unique
// one but the key's is not looked for: not knowing costs a look at the table for each delete,
// nothing else.
bool IsUnique(const RelationShape& shape, const std::vector<AttrNumber>& key) {
  if (shape.key_immediate && HoldsAll(key, shape.key, shape.key_count)) return true;
  return !shape.has_partitions && HoldsAll(key, shape.identity, shape.identity_count);
}

Status CheckFieldNames(const RelationShape& shape, const event::RelationPlan& plan) {
  for (size_t i = 0; i < plan.columns.size(); ++i) {
    const char* reason;
    const std::string& name = plan.columns[i].name;
    if (!plan.in_value[i] || event::IsFieldName(name, &reason)) continue;
    return Refused(shape, "has column \"" + name + "\", which no document can have as a field",
                   std::string(reason) + " Leave it out with column.exclude.list.");
  }
  return {};
}

Status MakePart(const RelationShape& shape, const BoundPlan& bound, int index,
                event::TextPart* part) {
  const TypeShape& type = bound.sources[static_cast<size_t>(index)].type;
  // Debezium's encodings read the first dimension of an array alone.
  if (type.type == PgType::kArray && !type.nested) {
    return Refused(shape, "has an array in its document ids or routing",
                   "Arrays there need format=document.");
  }
  part->index = index;
  part->column.name = bound.plan.columns[static_cast<size_t>(index)].name;
  SetDocumentKind(type, &part->column);
  return {};
}

// Old rows must hold what addresses a document, or its delete is lost.
Status CheckOldRows(const RelationShape& shape, const EventOptions& options,
                    const BoundPlan& bound) {
  const bool needed = !options.skip_update || !options.skip_delete;
  if (bound.key_in_old_row || !needed ||
      options.identity_missing == event::IdentityMissing::kSkip) {
    return {};
  }
  std::string columns;
  auto add = [&](int index) {
    const auto at = static_cast<size_t>(index);
    if (bound.sources[at].in_identity) return;
    columns += (columns.empty() ? "\"" : ", \"") + bound.plan.columns[at].name + "\"";
  };
  for (const int index : bound.plan.key) add(index);
  if (bound.plan.document.routing.index >= 0) add(bound.plan.document.routing.index);
  return Refused(shape,
                 "does not log what addresses its documents in updates and deletes: " + columns,
                 std::string("Use SELECT penstock.set_replica_identity('") + shape.schema + "." +
                     shape.table + "', 'full').");
}

}  // namespace

void SetDocumentKind(const TypeShape& type, Column* column) {
  column->type_name = type.name;
  column->money_digits = type.money_digits;
  for (const KindOfType& row : kKinds) {
    if (row.type == type.type) column->kind = row.kind;
  }
  if (type.type == PgType::kText && IsProse(type.name)) column->kind = Kind::kText;
  // A foreign type of that name: nobody checked that its text is JSON.
  if (type.type == PgType::kJson && type.reader == Reader::kOutput) column->kind = Kind::kKeyword;
  if (type.type == PgType::kArray) {
    column->element = std::make_unique<Column>();
    SetDocumentKind(*type.element, column->element.get());
  }
}

Status RoutingColumn(const RelationShape& shape, const EventOptions& options, AttrNumber* routing) {
  const std::string full_name = std::string(shape.schema) + "." + shape.table;
  for (const event::RoutingRule& rule : options.document.routing) {
    if (!rule.all_tables && !rule.table.Matches(full_name)) continue;
    const ColumnShape* column = nullptr;
    if (Status s = FindNamedColumn(shape, "routing", rule.column, &column); !s.ok()) {
      if (!s.hint().empty()) return s;
      return Status(s.code(), s.message(), "Name one for each table: table-regex:column;…");
    }
    *routing = column->attnum;
    return {};
  }
  return {};
}

Status PlanDocument(const RelationShape& shape, const EventOptions& options,
                    const std::vector<AttrNumber>& key, AttrNumber routing, Purpose purpose,
                    BoundPlan* bound) {
  event::RelationPlan& plan = bound->plan;
  if (purpose == Purpose::kReread) {
    plan.document.routing.index = -1;
    return CheckFieldNames(shape, plan);
  }
  event::DocumentPlan& document = plan.document;
  if (plan.key.empty()) {
    return Refused(shape, "has no key for the ids of its documents",
                   "Add a primary key, or set document.id.columns, which helps rows that were "
                   "written before there was a key, too.");
  }
  for (const int index : plan.key) {
    event::TextPart part;
    if (Status s = MakePart(shape, *bound, index, &part); !s.ok()) return s;
    document.id.push_back(std::move(part));
  }
  document.id_is_unique = IsUnique(shape, key);
  if (routing != InvalidAttrNumber && document.routing.index < 0) {
    return Refused(shape, "is routed by a column of a type that is left out",
                   "Set include.unknown.datatypes=true, or format=document.");
  }
  if (const int index = document.routing.index; index >= 0) {
    if (Status s = MakePart(shape, *bound, index, &document.routing); !s.ok()) return s;
    const bool logged = bound->sources[static_cast<size_t>(index)].in_identity;
    bound->key_in_old_row = bound->key_in_old_row && logged;
  }
  if (shape.has_partitions && !document.id_is_unique) {
    return Refused(shape,
                   "goes by its root's name, and its document ids are not unique in all partitions",
                   "Take the columns of the primary key of the partitioned table as the id, one "
                   "that is not deferrable.");
  }
  // Of two rows with one id and different routing nobody could tell which a delete means.
  if (document.routing.index >= 0 && !document.id_is_unique) {
    return Refused(shape, "is routed, and its document ids are not unique at every moment",
                   "Take the columns of a unique index that is not deferrable as the id.");
  }
  // In the stream a change says so when it comes: the table may have been mended since.
  if (purpose == Purpose::kSnapshot) {
    if (Status s = CheckOldRows(shape, options, *bound); !s.ok()) return s;
  }
  return CheckFieldNames(shape, plan);
}

}  // namespace penstock::output
