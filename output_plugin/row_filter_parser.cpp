// row_filter_parser.cpp: the option row.filter: from SQL text to a checked expression.
#include "row_filter.h"

extern "C" {
#include "access/sysattr.h"
#include "access/transam.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_proc.h"
#include "mb/pg_wchar.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_clause.h"
#include "parser/parse_collate.h"
#include "parser/parse_node.h"
#include "parser/parser.h"
#include "utils/lsyscache.h"
}

#include "extension/pg/pg_compat.h"

namespace penstock::output {
namespace {

// Where an error is in.
struct Place {
  Relation relation;
  const char *statement;
};

void AddContext(void *argument) {
  const auto *place = static_cast<const Place *>(argument);
  const Relation relation = place->relation;
  // A position is one in our statement, not in that of the session.
  if (const int position = geterrposition(); position > 0) {
    errposition(0);
    internalerrposition(position);
    internalerrquery(place->statement);
  }
  errcontext("row filter of table \"%s.%s\"", get_namespace_name(RelationGetNamespace(relation)),
             RelationGetRelationName(relation));
}

[[noreturn]] void RaiseNoCondition() {
  ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("a row filter must be one condition"),
                  errhint("Write what would stand behind WHERE.")));
  pg_unreachable();
}

[[noreturn]] void RaiseForbidden(const char *what) {
  ereport(ERROR,
          (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("a row filter cannot have %s", what),
           errhint("It may use the row's own columns, constants, and built-in immutable "
                   "functions, operators, types and collations.")));
  pg_unreachable();
}

// Names that only what is built in can have: the parser would call input functions of other types,
// for constants, before the finished expression can be judged. They run domain checks and the like,
// of whoever made the type.
bool IsBuiltInName(const List *name) {
  return list_length(name) == 1 ||
         (list_length(name) == 2 && strcmp(strVal(linitial(name)), "pg_catalog") == 0);
}

bool CheckParsedNode(Node *node, void *context) {
  if (node == nullptr) return false;
  switch (nodeTag(node)) {
    case T_SubLink:
      RaiseForbidden("sub-queries, aggregates or other such constructs");
    case T_FuncCall:
      if (IsBuiltInName(reinterpret_cast<FuncCall *>(node)->funcname)) break;
      RaiseForbidden("functions that are user-defined or not immutable");
    case T_A_Expr:
      if (IsBuiltInName(reinterpret_cast<A_Expr *>(node)->name)) break;
      RaiseForbidden("user-defined operators");
    case T_TypeName:
      if (IsBuiltInName(reinterpret_cast<TypeName *>(node)->names)) break;
      RaiseForbidden("user-defined types");
    default:
      break;
  }
  return RawExpressionTreeWalkerCompat(node, CheckParsedNode, context);
}

// The WHERE clause of a statement that has nothing else: so the text cannot bring in a table.
Node *ParseCondition(const char *text) {
  List *statements = raw_parser(text, RAW_PARSE_DEFAULT);
  if (list_length(statements) != 1) RaiseNoCondition();
  Node *statement = linitial_node(RawStmt, statements)->stmt;
  if (!IsA(statement, SelectStmt)) RaiseNoCondition();
  const auto *select = reinterpret_cast<SelectStmt *>(statement);
  const void *others[] = {select->distinctClause, select->intoClause,  select->targetList,
                          select->fromClause,     select->groupClause, select->havingClause,
                          select->windowClause,   select->valuesLists, select->sortClause,
                          select->limitOffset,    select->limitCount,  select->lockingClause,
                          select->withClause};
  for (const void *other : others) {
    if (other != nullptr) RaiseNoCondition();
  }
  if (select->op != SETOP_NONE || select->whereClause == nullptr) RaiseNoCondition();
  (void)CheckParsedNode(select->whereClause, nullptr);
  return select->whereClause;
}

// Columns are found in the relation itself: a range table entry would ask for a lock.
Node *FindColumn(ParseState *state, ColumnRef *reference) {
  auto *relation = static_cast<Relation>(state->p_ref_hook_state);
  if (list_length(reference->fields) != 1 || !IsA(linitial(reference->fields), String)) {
    return nullptr;
  }
  const char *name = strVal(linitial(reference->fields));
  TupleDesc desc = RelationGetDescr(relation);
  for (int i = 0; i < desc->natts; ++i) {
    Form_pg_attribute attribute = TupleDescAttr(desc, i);
    if (attribute->attisdropped || strcmp(NameStr(attribute->attname), name) != 0) continue;
    if (attribute->attgenerated != '\0' && attribute->attgenerated != ATTRIBUTE_GENERATED_STORED) {
      RaiseForbidden("virtual generated columns");
    }
    if (attribute->atttypid >= FirstNormalObjectId) RaiseForbidden("user-defined types");
    Var *column = makeVar(1, attribute->attnum, attribute->atttypid, attribute->atttypmod,
                          attribute->attcollation, 0);
    column->location = reference->location;
    return reinterpret_cast<Node *>(column);
  }
  return nullptr;
}

bool IsForbiddenFunction(Oid function, void *) {
  return function >= FirstNormalObjectId || func_volatile(function) != PROVOLATILE_IMMUTABLE;
}

bool IsPlainNode(const Node *node) {
  switch (nodeTag(node)) {
    case T_Var:
    case T_Const:
    case T_List:
    case T_FuncExpr:
    case T_OpExpr:
    case T_DistinctExpr:
    case T_NullIfExpr:
    case T_ScalarArrayOpExpr:
    case T_BoolExpr:
    case T_RelabelType:
    case T_CoerceViaIO:
    case T_CollateExpr:
    case T_CaseExpr:
    case T_CaseWhen:
    case T_CaseTestExpr:
    case T_ArrayExpr:
    case T_RowExpr:
    case T_CoalesceExpr:
    case T_MinMaxExpr:
    case T_NullTest:
    case T_BooleanTest:
      return true;
    default:
      return false;
  }
}

Oid OperatorOf(const Node *node) {
  switch (nodeTag(node)) {
    case T_OpExpr:
    case T_DistinctExpr:
    case T_NullIfExpr:
      return reinterpret_cast<const OpExpr *>(node)->opno;
    case T_ScalarArrayOpExpr:
      return reinterpret_cast<const ScalarArrayOpExpr *>(node)->opno;
    default:
      return InvalidOid;
  }
}

bool CheckNode(Node *node, void *context) {
  if (node == nullptr) return false;
  if (!IsPlainNode(node)) RaiseForbidden("sub-queries, aggregates or other such constructs");
  if (OperatorOf(node) >= FirstNormalObjectId) RaiseForbidden("user-defined operators");
  if (check_functions_in_node(node, IsForbiddenFunction, nullptr)) {
    RaiseForbidden("functions that are user-defined or not immutable");
  }
  if (!IsA(node, List) && !IsA(node, CaseWhen)) {
    if (exprType(node) >= FirstNormalObjectId) RaiseForbidden("user-defined types");
    if (exprCollation(node) >= FirstNormalObjectId ||
        exprInputCollation(node) >= FirstNormalObjectId) {
      RaiseForbidden("user-defined collations");
    }
  }
  return ExpressionTreeWalkerCompat(node, CheckNode, context);
}

// Runs as the worker, a superuser: names are looked up among what is built in alone.
Node *TransformCondition(const char *statement, Relation relation) {
  const int settings = NewGUCNestLevel();
  (void)set_config_option("search_path", "pg_catalog, pg_temp", PGC_SUSET, PGC_S_SESSION,
                          GUC_ACTION_SAVE, true, 0, false);
  ParseState *state = make_parsestate(nullptr);
  state->p_sourcetext = statement;
  state->p_pre_columnref_hook = FindColumn;
  state->p_ref_hook_state = relation;
  Node *condition =
      transformWhereClause(state, ParseCondition(statement), EXPR_KIND_WHERE, "row.filter");
  assign_expr_collations(state, condition);
  (void)CheckNode(condition, nullptr);
  free_parsestate(state);
  AtEOXact_GUC(false, settings);
  return condition;
}

}  // namespace

Node *ParseRowFilter(const char *text, Relation relation) {
  const char *local = pg_any_to_server(text, static_cast<int>(strlen(text)), PG_UTF8);
  Place place = {relation, psprintf("SELECT WHERE %s", local)};
  ErrorContextCallback frame;
  frame.callback = AddContext;
  frame.arg = &place;
  frame.previous = error_context_stack;
  error_context_stack = &frame;
  Node *condition = TransformCondition(place.statement, relation);
  error_context_stack = frame.previous;
  return condition;
}

}  // namespace penstock::output
