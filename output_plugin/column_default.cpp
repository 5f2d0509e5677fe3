#include "column_default.h"

#include <cctype>
#include <cstring>

extern "C" {
#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "nodes/nodes.h"
#include "utils/lsyscache.h"
#include "utils/ruleutils.h"
}

#include "type_shape.h"

namespace penstock::output {
namespace {

const char *DefaultExpression(Relation relation, AttrNumber attnum) {
  const TupleConstr *constraints = RelationGetDescr(relation)->constr;
  if (constraints == nullptr) return nullptr;
  for (int i = 0; i < constraints->num_defval; ++i) {
    if (constraints->defval[i].adnum != attnum) continue;
    Node *node = static_cast<Node *>(stringToNode(constraints->defval[i].adbin));
    List *context =
        deparse_context_for(RelationGetRelationName(relation), RelationGetRelid(relation));
    return deparse_expression(node, context, false, false);
  }
  return nullptr;
}

bool StartsWith(const char *text, const char *prefix) {
  return strncmp(text, prefix, strlen(prefix)) == 0;
}

// name(…), (name(…)…: a function that runs at insert time.
bool IsFunctionCall(const char *text) {
  if (*text == '(') ++text;
  const char *start = text;
  while (isalnum(static_cast<unsigned char>(*text)) || *text == '_' || *text == '.') ++text;
  return text != start && *text == '(';
}

bool IsCurrentTime(const char *text) {
  return StartsWith(text, "CURRENT_DATE") || StartsWith(text, "CURRENT_TIME") ||
         StartsWith(text, "LOCALTIME");
}

// The literal between quotes at the start of text; nullptr when there is none. Debezium cuts it at
// an escaped quote.
char *QuotedLiteral(const char *text, bool quirks) {
  if (*text == 'B') ++text;
  if (*text == 'E' && text[1] == '\'') ++text;
  if (*text != '\'') return nullptr;
  char *literal = pstrdup(text + 1);
  char *to = literal;
  for (const char *from = literal; *from != '\0'; ++from) {
    if (*from == '\'') {
      if (from[1] != '\'' || quirks) break;
      ++from;
    }
    *to++ = *from;
  }
  *to = '\0';
  return literal;
}

// Debezium has a parser for the defaults of these types alone, by the name of the column's own
// type: not of domains over them.
bool HasDefaultParser(const TypeShape &type) {
  static const char *const kNames[] = {
      "bit",  "bool",      "bpchar",      "date", "float4", "float8",  "int2",
      "int4", "int8",      "interval",    "json", "jsonb",  "numeric", "text",
      "time", "timestamp", "timestamptz", "uuid", "varbit", "varchar", "xml"};
  if (type.is_domain) return false;
  if (type.type == PgType::kEnum) return true;
  for (const char *name : kNames) {
    if (type.type != PgType::kUnknown && strcmp(type.name, name) == 0) return true;
  }
  return false;
}

bool IsPlainText(const TypeShape &type) {
  return type.type == PgType::kText || type.type == PgType::kEnum || type.type == PgType::kXml ||
         type.type == PgType::kJson;
}

// Debezium shows such defaults without what the column's modifier does to them: not padded, and with
// all digits.
bool ShownAsWritten(PgType type) {
  return type == PgType::kBpchar || type == PgType::kNumeric || type == PgType::kTime ||
         type == PgType::kTimestamp || type == PgType::kTimestamptz;
}

// The literal through the type's input function. A cut or foreign literal is no default.
bool ParseLiteral(const ColumnShape &column, char *literal, bool quirks, event::FieldValue *value) {
  volatile bool parsed = false;
  MemoryContext caller = CurrentMemoryContext;
  PG_TRY();
  {
    Oid function;
    Oid parameter;
    getTypeInputInfo(column.type.oid, &function, &parameter);
    const int32 typmod = quirks && ShownAsWritten(column.type.type) ? -1 : column.type.typmod;
    const Datum datum = OidInputFunctionCall(function, literal, parameter, typmod);
    ReadDatum(column.type, datum, value);
    parsed = true;
  }
  PG_CATCH();
  {
    MemoryContextSwitchTo(caller);
    FlushErrorState();
  }
  PG_END_TRY();
  return parsed;
}

}  // namespace

void ReadDefault(Relation relation, Form_pg_attribute attribute, bool quirks, ColumnShape *column) {
  column->default_kind = DefaultKind::kNone;
  if (!HasDefaultParser(column->type)) return;
  const char *text = DefaultExpression(relation, attribute->attnum);
  if (text == nullptr || StartsWith(text, "NULL")) return;
  column->from_sequence = strstr(text, "nextval(") != nullptr;
  if (IsFunctionCall(text)) {
    column->default_kind = DefaultKind::kFunction;
    return;
  }
  // Of an expression of texts Debezium takes the first one.
  if (quirks && *text == '(' && IsPlainText(column->type)) ++text;
  char *literal = QuotedLiteral(text, quirks);
  if (literal == nullptr && column->type.type == PgType::kBit) {
    column->default_kind = DefaultKind::kFunction;  // a number cast to bits
    return;
  }
  if (literal == nullptr) {
    const bool constant = isdigit(static_cast<unsigned char>(*text)) || *text == '-' ||
                          strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
    if (!constant && column->type.type == PgType::kBool) {
      literal = pstrdup("false");  // Boolean.parseBoolean of an expression
    } else if (!constant && (IsCurrentTime(text) || (IsPlainText(column->type) && !quirks))) {
      column->default_kind = DefaultKind::kFunction;
      return;
    } else if (!constant && !IsPlainText(column->type)) {
      return;  // an expression
    } else {
      literal = pstrdup(text);
    }
  }
  if (IsPlainText(column->type)) {
    column->default_value.state = event::FieldState::kValue;
    column->default_value.bytes = literal;
    column->default_value.size = static_cast<uint32>(strlen(literal));
    column->default_value.bytes = ToUtf8(literal, &column->default_value.size);
  } else if (!ParseLiteral(*column, literal, quirks, &column->default_value)) {
    return;
  }
  column->default_kind = DefaultKind::kLiteral;
}

}  // namespace penstock::output
