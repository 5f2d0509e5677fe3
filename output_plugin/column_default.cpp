#include "column_default.h"

#include <cctype>
#include <cstring>

extern "C" {
#include "access/tupdesc.h"
#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
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

// Whether a character begins here that ends a line in Java's patterns.
bool EndsLine(const char *text) {
  if (*text == '\n' || *text == '\r') return true;
  if (GetDatabaseEncoding() != PG_UTF8) return false;
  return StartsWith(text, "\xC2\x85") || StartsWith(text, "\xE2\x80\xA8") ||
         StartsWith(text, "\xE2\x80\xA9");
}

// name(…), (name(…)…: a function that runs at insert time. Returns the place of its parenthesis;
// nullptr: none.
const char *FunctionCall(const char *text) {
  if (*text == '(') ++text;
  const char *start = text;
  while (isalnum(static_cast<unsigned char>(*text)) || *text == '_' || *text == '.') ++text;
  return text != start && *text == '(' ? text : nullptr;
}

// For Debezium only when it is on one line.
bool IsQuirkyFunctionCall(const char *text) {
  text = FunctionCall(text);
  if (text == nullptr) return false;
  while (*text != '\0' && *text != ')' && !EndsLine(text)) ++text;
  return *text == ')';
}

bool IsCurrentTime(const char *text) {
  return StartsWith(text, "CURRENT_DATE") || StartsWith(text, "CURRENT_TIME") ||
         StartsWith(text, "LOCALTIME");
}

// The literal between quotes at the start of text; nullptr when there is none.
char *QuotedLiteral(const char *text) {
  if (*text == 'B') ++text;
  if (*text == 'E' && text[1] == '\'') ++text;
  if (*text != '\'') return nullptr;
  char *literal = pstrdup(text + 1);
  char *to = literal;
  for (const char *from = literal; *from != '\0'; ++from) {
    if (*from == '\'' && *++from != '\'') break;
    *to++ = *from;
  }
  *to = '\0';
  return literal;
}

// What Debezium finds with the pattern '(.*?)' anywhere in the text: cut at an escaped quote, and
// not across lines.
char *FirstQuoted(const char *text) {
  const char *start = nullptr;
  for (; *text != '\0'; ++text) {
    if (*text == '\'' && start != nullptr) return pnstrdup(start, static_cast<Size>(text - start));
    if (*text == '\'') start = text + 1;
    if (EndsLine(text)) start = nullptr;
  }
  return nullptr;
}

// Of 'label'::type Debezium takes what is between the outer quotes as it is.
char *QuotedLabel(const char *text) {
  const char *end = nullptr;
  for (const char *at = text; (at = strstr(at, "::")) != nullptr; ++at) end = at;
  if (end == nullptr || end - text < 2 || *text != '\'' || end[-1] != '\'') return nullptr;
  return pnstrdup(text + 1, static_cast<Size>(end - text - 2));
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

// Types whose expressions are shown as function calls are.
bool HasZeroOfExpression(const TypeShape &type) {
  return IsPlainText(type) || type.type == PgType::kBit || type.type == PgType::kBool;
}

// Debezium shows such defaults without what the column's modifier does to them: not padded, and
// with all digits.
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

bool IsConstant(const char *text) {
  return isdigit(static_cast<unsigned char>(*text)) || *text == '-' || strcmp(text, "true") == 0 ||
         strcmp(text, "false") == 0;
}

// 'now' and the like, which are read when a row is inserted.
bool NamesMoment(const char *literal, PgType type) {
  const bool of_time = type == PgType::kDate || type == PgType::kTime ||
                       type == PgType::kTimestamp || type == PgType::kTimestamptz;
  return of_time && isalpha(static_cast<unsigned char>(*literal)) &&
         !StartsWith(literal, "infinity");
}

// What a default is: a literal as Debezium finds it, *function for what runs at insert time, or
// neither.
char *QuirkyLiteral(const char *text, const TypeShape &type, bool *function) {
  if (type.type == PgType::kEnum) return QuotedLabel(text);
  const bool quoted = strchr(text, '\'') != nullptr;
  *function = IsQuirkyFunctionCall(text) ||
              (!quoted && (IsCurrentTime(text) || type.type == PgType::kBit));  // 5::bit(3)
  if (*function) return nullptr;
  char *literal = quoted ? FirstQuoted(text) : pstrdup(text);
  if (literal == nullptr) return nullptr;
  // As Boolean.parseBoolean reads it.
  if (type.type == PgType::kBool)
    return pstrdup(pg_strcasecmp(literal, "true") == 0 ? "true" : "false");
  return NamesMoment(literal, type.type) ? nullptr : literal;
}

// The same as the server understands it.
char *Literal(const char *text, const TypeShape &type, bool *function) {
  *function = FunctionCall(text) != nullptr;
  if (*function) return nullptr;
  char *literal = QuotedLiteral(text);
  if (literal == nullptr && IsConstant(text)) literal = pstrdup(text);
  *function = literal == nullptr && (IsCurrentTime(text) || HasZeroOfExpression(type));
  return literal;
}

}  // namespace

void ReadDefault(Relation relation, Form_pg_attribute attribute, bool quirks, ColumnShape *column) {
  column->default_kind = DefaultKind::kNone;
  if (!HasDefaultParser(column->type)) return;
  const char *text = DefaultExpression(relation, attribute->attnum);
  if (text == nullptr || StartsWith(text, "NULL")) return;
  column->from_sequence = strstr(text, "nextval(") != nullptr;
  bool function = false;
  char *literal = quirks ? QuirkyLiteral(text, column->type, &function)
                         : Literal(text, column->type, &function);
  if (function) column->default_kind = DefaultKind::kFunction;
  if (literal == nullptr) return;
  if (IsPlainText(column->type)) {
    column->default_value.state = event::FieldState::kValue;
    column->default_value.size = static_cast<uint32>(strlen(literal));
    column->default_value.bytes = ToUtf8(literal, &column->default_value.size);
  } else if (!ParseLiteral(*column, literal, quirks, &column->default_value)) {
    return;
  }
  column->default_kind = DefaultKind::kLiteral;
}

}  // namespace penstock::output
