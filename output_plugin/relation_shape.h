// relation_shape.h: what the catalogue says about a relation at the time of a change, as plain
// data.
//
// Reading the catalogue may raise an ERROR at any point, so nothing here has a destructor: shapes
// are palloc'd, and plan_builder turns them into C++ objects afterwards.
#ifndef PENSTOCK_OUTPUT_RELATION_SHAPE_H
#define PENSTOCK_OUTPUT_RELATION_SHAPE_H

#include "event/column.h"

#include "extension/pg/pg_prelude.h"

extern "C" {
#include "utils/rel.h"
}

namespace penstock::output {

// Types that have an encoder of their own. The names are PostgreSQL's.
enum class PgType : uint8_t {
  kUnknown,
  kBool,
  kInt2,
  kInt4,
  kInt8,
  kOid,
  kFloat4,
  kFloat8,
  kNumeric,
  kMoney,
  kText,  // text, varchar, citext, "char", network and range types, isbn: plain strings
  kBpchar,
  kName,
  kJson,
  kJsonb,
  kXml,
  kLtree,
  kTsvector,
  kEnum,
  kUuid,
  kDate,
  kTime,
  kTimetz,
  kTimestamp,
  kTimestamptz,
  kInterval,
  kBytea,
  kBit,
  kVarbit,
  kPoint,
  kHstore,
  kGeometry,
  kGeography,
  kVector,
  kHalfvec,
  kSparsevec,
  kArray,
  kOmitted,  // an array that Debezium never sends
};

// How a datum becomes a FieldValue.
enum class Reader : uint8_t {
  kBool,
  kInt16,
  kInt32,
  kInt64,
  kOid,
  kFloat4,
  kFloat8,
  kBytes,   // varlena payload
  kText,    // varlena payload in the database's encoding
  kFixed,   // pass-by-reference of fixed length
  kTimetz,  // microseconds of the day in UTC
  kJsonb,
  kOutput,  // text of the output function
  kEnum,
  kArray,
};

// What the catalogue is read for.
struct Reading {
  bool quirks;        // defaults and domain modifiers as Debezium reads them
  bool whole_arrays;  // arrays of every type, in all their dimensions
  bool defaults;      // documents show none
};

struct TypeShape {
  PgType type;
  Reader reader;
  Oid oid;  // base type, after domains
  int32 typmod;
  int32 base_typmod;  // through all domains, also where quirks lose it
  bool is_domain;
  const char *name;           // pg_type.typname of the base type
  const char *declared_name;  // of the type itself, which may be a domain
  const char *labels;         // kEnum: joined by commas
  FmgrInfo *output;           // kOutput
  TypeShape *element;         // kArray
  bool required_items;        // kArray: Debezium's schema of the element takes no null
  bool fragile_items;         // kArray: it takes null, and loses the array
  bool broken_items;          // kArray: Debezium describes it, and sends null
  bool bare_text;             // kArray: it prints without braces, and Debezium sees no elements
  bool nested;                // kArray: inner dimensions are read
  int dimensions;             // kArray: as declared
  int money_digits;           // fraction digits that money's integer has
  int16 length;
  bool by_value;
  char align;
};

enum class DefaultKind : uint8_t { kNone, kLiteral, kFunction };

struct ColumnShape {
  const char *name;
  AttrNumber attnum;  // in the relation whose tuples are decoded
  bool not_null;
  bool in_identity;  // logged in old rows
  bool generated;
  bool unpublished;  // a publication's column list leaves it out
  bool stored;       // the tuple holds it: false for virtual generated columns
  TypeShape type;
  DefaultKind default_kind;
  event::FieldValue default_value;  // kLiteral
  bool from_sequence;               // the default is nextval(…)
};

struct RelationShape {
  const char *schema;
  const char *table;
  Oid relid;        // of the tuples
  Oid named_relid;  // whose name and key the events carry: the root with publish.via.partition.root
  bool has_partitions;  // the named relation is a partitioned table
  bool identity_full;
  bool has_identity;  // old rows are logged
  int column_count;
  ColumnShape *columns;
  int key_count;         // primary key, or the first unique index by name
  AttrNumber *key;       // in constraint order, attnums as in columns
  bool key_in_identity;  // the old rows hold the whole key
  bool key_immediate;    // no two rows ever have the same key, not even within a statement
  int identity_count;
  AttrNumber *identity;  // columns of the identity index, in index order
};

// Reads the catalogue as the active snapshot (in decoding: the historic one) shows it, into
// CurrentMemoryContext. named: the relation whose name the events carry, equal to relation but for
// partitions published through their root.
RelationShape *ReadRelationShape(Relation relation, Relation named, Reading reading);

// One datum, not null. The memory of the value is the datum's own or CurrentMemoryContext's.
void ReadDatum(const TypeShape &type, Datum datum, event::FieldValue *value);

}  // namespace penstock::output

#endif
