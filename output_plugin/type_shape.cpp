#include "type_shape.h"

#include <cstring>

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/date.h"
#include "utils/fmgroids.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/pg_locale.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
}

namespace penstock::output {
namespace {

// What Debezium makes of arrays of a type.
enum class Items : uint8_t {
  kOptional,
  kRequired,  // a NULL element makes the whole array null
  kFragile,   // the same, though the schema takes null
  kOmitted,
  kBroken,  // described, and always null
};

struct TypeRow {
  const char *name;  // pg_type.typname
  PgType type;
  Reader reader;
  Items items;
};

// Types of extensions are known by name alone: their OIDs differ from database to database.
constexpr TypeRow kTypes[] = {
    {"bit", PgType::kBit, Reader::kBytes, Items::kBroken},
    {"bool", PgType::kBool, Reader::kBool, Items::kOptional},
    {"bpchar", PgType::kBpchar, Reader::kText, Items::kOptional},
    {"bytea", PgType::kBytea, Reader::kBytes, Items::kOptional},
    {"char", PgType::kText, Reader::kOutput, Items::kOptional},
    {"cidr", PgType::kText, Reader::kOutput, Items::kOptional},
    {"citext", PgType::kText, Reader::kText, Items::kOptional},
    {"date", PgType::kDate, Reader::kInt32, Items::kOptional},
    {"daterange", PgType::kText, Reader::kOutput, Items::kOptional},
    {"float4", PgType::kFloat4, Reader::kFloat4, Items::kOptional},
    {"float8", PgType::kFloat8, Reader::kFloat8, Items::kOptional},
    {"geography", PgType::kGeography, Reader::kOutput, Items::kOptional},
    {"geometry", PgType::kGeometry, Reader::kOutput, Items::kOptional},
    {"halfvec", PgType::kHalfvec, Reader::kOutput, Items::kRequired},
    {"hstore", PgType::kHstore, Reader::kOutput, Items::kOptional},
    {"inet", PgType::kText, Reader::kOutput, Items::kOptional},
    {"int2", PgType::kInt2, Reader::kInt16, Items::kOptional},
    {"int4", PgType::kInt4, Reader::kInt32, Items::kOptional},
    {"int4range", PgType::kText, Reader::kOutput, Items::kOptional},
    {"int8", PgType::kInt8, Reader::kInt64, Items::kOptional},
    {"int8range", PgType::kText, Reader::kOutput, Items::kOptional},
    {"interval", PgType::kInterval, Reader::kFixed, Items::kOmitted},
    {"isbn", PgType::kText, Reader::kOutput, Items::kRequired},
    {"json", PgType::kJson, Reader::kText, Items::kOptional},
    {"jsonb", PgType::kJsonb, Reader::kJsonb, Items::kOptional},
    {"ltree", PgType::kLtree, Reader::kOutput, Items::kFragile},
    {"macaddr", PgType::kText, Reader::kOutput, Items::kOptional},
    {"macaddr8", PgType::kText, Reader::kOutput, Items::kOptional},
    {"money", PgType::kMoney, Reader::kInt64, Items::kOmitted},
    {"name", PgType::kName, Reader::kOutput, Items::kOmitted},
    {"numeric", PgType::kNumeric, Reader::kBytes, Items::kOptional},
    {"numrange", PgType::kText, Reader::kOutput, Items::kOptional},
    {"oid", PgType::kOid, Reader::kOid, Items::kOptional},
    {"point", PgType::kPoint, Reader::kFixed, Items::kOmitted},
    {"refcursor", PgType::kUnknown, Reader::kOutput, Items::kOmitted},
    {"sparsevec", PgType::kSparsevec, Reader::kOutput, Items::kBroken},
    {"text", PgType::kText, Reader::kText, Items::kOptional},
    {"time", PgType::kTime, Reader::kInt64, Items::kOptional},
    {"timestamp", PgType::kTimestamp, Reader::kInt64, Items::kOptional},
    {"timestamptz", PgType::kTimestamptz, Reader::kInt64, Items::kOptional},
    {"timetz", PgType::kTimetz, Reader::kTimetz, Items::kOptional},
    {"tsrange", PgType::kText, Reader::kOutput, Items::kOptional},
    {"tstzrange", PgType::kText, Reader::kOutput, Items::kOptional},
    {"tsvector", PgType::kTsvector, Reader::kOutput, Items::kRequired},
    {"uuid", PgType::kUuid, Reader::kFixed, Items::kOptional},
    {"varbit", PgType::kVarbit, Reader::kBytes, Items::kOmitted},
    {"varchar", PgType::kText, Reader::kText, Items::kOptional},
    {"vector", PgType::kVector, Reader::kOutput, Items::kRequired},
    {"xml", PgType::kXml, Reader::kOutput, Items::kOmitted},
};

const TypeRow *FindType(const char *name) {
  for (const TypeRow &row : kTypes) {
    if (strcmp(row.name, name) == 0) return &row;
  }
  return nullptr;
}

// The labels of an enum in sort order, joined by commas.
char *EnumLabels(Oid type) {
  StringInfoData labels;
  initStringInfo(&labels);
  Relation catalog = table_open(EnumRelationId, AccessShareLock);
  Relation index = index_open(EnumTypIdSortOrderIndexId, AccessShareLock);
  ScanKeyData key;
  ScanKeyInit(&key, Anum_pg_enum_enumtypid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(type));
  SysScanDesc scan = systable_beginscan_ordered(catalog, index, nullptr, 1, &key);
  HeapTuple tuple;
  while (HeapTupleIsValid(tuple = systable_getnext_ordered(scan, ForwardScanDirection))) {
    const Form_pg_enum form = reinterpret_cast<Form_pg_enum>(GETSTRUCT(tuple));
    if (labels.len > 0) appendStringInfoChar(&labels, ',');
    appendStringInfoString(&labels, NameStr(form->enumlabel));
  }
  systable_endscan_ordered(scan);
  index_close(index, AccessShareLock);
  table_close(catalog, AccessShareLock);
  return ToUtf8(labels.data);
}

FmgrInfo *OutputFunction(Oid type) {
  Oid function;
  bool is_varlena;
  getTypeOutputInfo(type, &function, &is_varlena);
  auto *info = static_cast<FmgrInfo *>(palloc0(sizeof(FmgrInfo)));
  fmgr_info(function, info);
  return info;
}

char *TypeName(Oid type) {
  HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for type %u", type);
  char *name = pstrdup(NameStr(reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple))->typname));
  ReleaseSysCache(tuple);
  return ToUtf8(name);
}

// As cash.c takes them from lc_monetary.
int MoneyDigits() {
  const int digits = PGLC_localeconv()->frac_digits;
  return digits < 0 || digits > 10 ? 2 : digits;
}

}  // namespace

bool DomainIsNotNull(Oid type) {
  HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
  if (!HeapTupleIsValid(tuple)) return false;
  const Form_pg_type form = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
  const bool not_null = form->typtype == TYPTYPE_DOMAIN && form->typnotnull;
  ReleaseSysCache(tuple);
  return not_null;
}

namespace {

// Debezium has no mapping for arrays of domains; with include.unknown.datatypes their elements are
// sent as text, as those of types it does not know.
void ForgetDomain(Oid type, TypeShape *item) {
  if (!item->is_domain) return;
  item->type = PgType::kUnknown;
  item->reader = Reader::kOutput;
  item->element = nullptr;
  item->output = OutputFunction(type);
}

void ReadArrayShape(Oid element, Reading reading, TypeShape *shape) {
  auto *item = static_cast<TypeShape *>(palloc(sizeof(TypeShape)));
  ReadTypeShape(element, shape->typmod, reading, item);
  shape->nested = reading.whole_arrays;
  if (!shape->nested) ForgetDomain(element, item);
  const TypeRow *row = item->is_domain ? nullptr : FindType(item->name);
  shape->bare_text =
      strcmp(shape->name, "oidvector") == 0 || strcmp(shape->name, "int2vector") == 0;
  const Items items = row == nullptr || shape->bare_text ? Items::kRequired : row->items;
  const bool omitted = items == Items::kOmitted && !shape->nested;
  shape->element = item;
  shape->required_items = items == Items::kRequired || items == Items::kBroken;
  shape->fragile_items = items == Items::kFragile;
  shape->broken_items = items == Items::kBroken;
  shape->type = omitted ? PgType::kOmitted : PgType::kArray;
  shape->reader = omitted ? Reader::kOutput : Reader::kArray;
}

}  // namespace

void ReadTypeShape(Oid type, int32 typmod, Reading reading, TypeShape *shape) {
  memset(shape, 0, sizeof *shape);
  shape->typmod = typmod;
  shape->oid = getBaseTypeAndTypmod(type, &shape->typmod);
  shape->is_domain = shape->oid != type;
  shape->base_typmod = shape->typmod;
  HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(shape->oid));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for type %u", shape->oid);
  const Form_pg_type form = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple));
  shape->name = pstrdup(NameStr(form->typname));
  shape->declared_name = shape->is_domain ? TypeName(type) : shape->name;
  shape->length = form->typlen;
  shape->by_value = form->typbyval;
  shape->align = form->typalign;
  const char kind = form->typtype;
  const Oid element = IsTrueArrayType(form) ? form->typelem : InvalidOid;
  const bool builtin = form->typnamespace == PG_CATALOG_NAMESPACE;
  ReleaseSysCache(tuple);

  shape->money_digits = MoneyDigits();
  shape->type = PgType::kUnknown;
  shape->reader = Reader::kOutput;
  if (OidIsValid(element)) {
    ReadArrayShape(element, reading, shape);
  } else if (kind == TYPTYPE_ENUM) {
    shape->type = PgType::kEnum;
    shape->reader = Reader::kEnum;
    shape->labels = EnumLabels(shape->oid);
  } else if (kind == TYPTYPE_BASE || kind == TYPTYPE_RANGE) {
    const TypeRow *row = FindType(shape->name);
    // Anyone may make a type of a known name: only the server's own are read in binary form.
    const bool as_text = row != nullptr && kind == TYPTYPE_BASE &&
                         (row->reader == Reader::kText || row->reader == Reader::kOutput);
    if (row != nullptr && (builtin || as_text)) {
      shape->type = row->type;
      shape->reader = builtin ? row->reader : Reader::kOutput;
    }
  }
  if (shape->reader == Reader::kOutput) shape->output = OutputFunction(shape->oid);
}

const char *ToUtf8(const char *text, uint32 *length) {
  if (GetDatabaseEncoding() == PG_UTF8) return text;
  const char *converted = pg_server_to_any(text, static_cast<int>(*length), PG_UTF8);
  if (converted != text) *length = static_cast<uint32>(strlen(converted));
  return converted;
}

char *ToUtf8(char *text) {
  uint32 length = static_cast<uint32>(strlen(text));
  return const_cast<char *>(ToUtf8(text, &length));
}

namespace {

void SetBytes(event::FieldValue *value, const char *bytes, uint32 size) {
  value->bytes = bytes;
  value->size = size;
}

void SetText(event::FieldValue *value, const char *text) {
  uint32 size = static_cast<uint32>(strlen(text));
  text = ToUtf8(text, &size);
  SetBytes(value, text, size);
}

// "char" is a byte; one that is no character by itself is written as release 16 and later print it.
bool IsBareByte(const TypeShape &type, const char *text) {
  if (type.oid != CHAROID || !IS_HIGHBIT_SET(*text)) return false;
  return pg_database_encoding_max_length() > 1 || GetDatabaseEncoding() == PG_SQL_ASCII;
}

// What output functions print need not have been checked by anybody.
void SetPrinted(const TypeShape &type, const char *text, event::FieldValue *value) {
  if (IsBareByte(type, text)) text = psprintf("\\%03o", static_cast<unsigned char>(*text));
  uint32 size = static_cast<uint32>(strlen(text));
  if (GetDatabaseEncoding() == PG_UTF8) {
    (void)pg_verify_mbstr(PG_UTF8, text, static_cast<int>(size), false);
  }
  text = ToUtf8(text, &size);
  SetBytes(value, text, size);
}

void ReadEnum(Datum datum, event::FieldValue *value) {
  HeapTuple tuple = SearchSysCache1(ENUMOID, datum);
  if (!HeapTupleIsValid(tuple))
    elog(ERROR, "invalid internal value for enum: %u", DatumGetObjectId(datum));
  const Form_pg_enum form = reinterpret_cast<Form_pg_enum>(GETSTRUCT(tuple));
  SetText(value, pstrdup(NameStr(form->enumlabel)));
  ReleaseSysCache(tuple);
}

// A dimension of an array and those inside it; *at counts its elements.
event::FieldValue *ReadDimension(const TypeShape &element, const ArrayType *array, int dimension,
                                 const Datum *datums, const bool *nulls, int *at) {
  const int count = ARR_DIMS(array)[dimension];
  auto *items = static_cast<event::FieldValue *>(palloc0(sizeof(event::FieldValue) * count));
  for (int i = 0; i < count; ++i) {
    if (dimension + 1 < ARR_NDIM(array)) {
      items[i].state = event::FieldState::kItems;
      items[i].items = ReadDimension(element, array, dimension + 1, datums, nulls, at);
      items[i].size = static_cast<uint32>(ARR_DIMS(array)[dimension + 1]);
      continue;
    }
    if (nulls[*at]) {
      items[i].state = event::FieldState::kNull;
    } else {
      ReadDatum(element, datums[*at], &items[i]);
    }
    ++*at;
  }
  return items;
}

void ReadArray(const TypeShape &type, Datum datum, event::FieldValue *value) {
  ArrayType *array = DatumGetArrayTypeP(datum);
  const TypeShape &element = *type.element;
  value->size = 0;
  value->items = nullptr;
  if (ARR_NDIM(array) == 0) return;
  Datum *datums;
  bool *nulls;
  int count;
  deconstruct_array(array, element.oid, element.length, element.by_value, element.align, &datums,
                    &nulls, &count);
  if (type.nested) {
    int at = 0;
    value->items = ReadDimension(element, array, 0, datums, nulls, &at);
    value->size = static_cast<uint32>(ARR_DIMS(array)[0]);
    return;
  }
  // Of more than one dimension Debezium sends the outer one with nulls.
  const bool nested = ARR_NDIM(array) > 1;
  if (nested) count = ARR_DIMS(array)[0];
  auto *items = static_cast<event::FieldValue *>(palloc0(sizeof(event::FieldValue) * count));
  for (int i = 0; i < count; ++i) {
    items[i].state = event::FieldState::kNull;
    if (!nested && !nulls[i]) ReadDatum(element, datums[i], &items[i]);
  }
  value->items = items;
  value->size = static_cast<uint32>(count);
}

}  // namespace

void ReadDatum(const TypeShape &type, Datum datum, event::FieldValue *value) {
  value->state = event::FieldState::kValue;
  switch (type.reader) {
    case Reader::kBool:
      value->number = DatumGetBool(datum) ? 1 : 0;
      break;
    case Reader::kInt16:
      value->number = DatumGetInt16(datum);
      break;
    case Reader::kInt32:
      value->number = DatumGetInt32(datum);
      break;
    case Reader::kInt64:
      value->number = DatumGetInt64(datum);
      break;
    case Reader::kOid:
      value->number = DatumGetObjectId(datum);
      break;
    case Reader::kFloat4:
      value->real = DatumGetFloat4(datum);
      break;
    case Reader::kFloat8:
      value->real = DatumGetFloat8(datum);
      break;
    case Reader::kBytes:
    case Reader::kText: {
      struct varlena *packed = PG_DETOAST_DATUM_PACKED(datum);
      uint32 size = VARSIZE_ANY_EXHDR(packed);
      const char *bytes = VARDATA_ANY(packed);
      if (type.reader == Reader::kText) bytes = ToUtf8(bytes, &size);
      SetBytes(value, bytes, size);
      break;
    }
    case Reader::kFixed:
      SetBytes(value, reinterpret_cast<const char *>(DatumGetPointer(datum)),
               static_cast<uint32>(type.length));
      break;
    case Reader::kTimetz: {
      const TimeTzADT *time = DatumGetTimeTzADTP(datum);
      value->number = time->time + static_cast<int64>(time->zone) * USECS_PER_SEC;
      break;
    }
    case Reader::kJsonb: {
      Jsonb *json = DatumGetJsonbP(datum);
      SetText(value, JsonbToCString(nullptr, &json->root, static_cast<int>(VARSIZE(json))));
      break;
    }
    case Reader::kOutput:
      SetPrinted(type, OutputFunctionCall(type.output, datum), value);
      break;
    case Reader::kEnum:
      ReadEnum(datum, value);
      break;
    case Reader::kArray:
      ReadArray(type, datum, value);
      break;
  }
}

}  // namespace penstock::output
