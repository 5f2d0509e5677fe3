#include "document_options.h"

#include "extension/core/json.h"

namespace penstock::event {
namespace {

Status Invalid(const std::string& message, const std::string& hint = {}) {
  return Status(StatusCode::kInvalidOption, message, hint);
}

// What needs a destination of documents.
constexpr const char* kDocumentOptions[] = {"document.id.columns", "index.map", "json.mapping",
                                            "routing", "toast.missing"};

// What has no meaning for documents. harmless: the value that changes nothing.
struct Misplaced {
  const char* name;
  const char* harmless;
  const char* reason;
};
constexpr Misplaced kNotForDocuments[] = {
    {"add.headers", nullptr, "Documents have no headers; add.fields adds fields."},
    {"debezium.quirks", "false", "Keys by Debezium's rules do not always identify rows."},
    {"extended.headers.enabled", "false", "Documents have no headers."},
    {"key.converter.schemas.enable", "false", "Documents carry no schema."},
    {"message.key.columns", nullptr, "Use document.id.columns."},
    {"message.prefix.exclude.list", nullptr, "Logical messages are no documents."},
    {"message.prefix.include.list", nullptr, "Logical messages are no documents."},
    {"provide.transaction.metadata", "false", "Documents are of rows, not of transactions."},
    {"schemas.enable", "false", "Documents carry no schema."},
    {"tombstones.on.delete", nullptr, "A delete removes the document."},
    {"unavailable.value.placeholder", nullptr, "Use toast.missing: no placeholder is indexed."},
    {"value.converter.schemas.enable", "false", "Documents carry no schema."},
};

// What chooses among Debezium's encodings; documents have one of their own.
constexpr const char* kEncodingOptions[] = {
    "binary.handling.mode",
    "decimal.handling.mode",
    "event.converting.failure.handling.mode",
    "hstore.handling.mode",
    "include.unknown.datatypes",
    "interval.handling.mode",
    "money.fraction.digits",
    "time.precision.mode",
    "value.converter.replace.null.with.default",
};

using Values = std::map<std::string, std::string>;

Status RefuseWithoutDocuments(const Values& values) {
  for (const char* name : kDocumentOptions) {
    if (values.count(name) == 0) continue;
    return Invalid(std::string("option \"") + name + "\" needs a destination of documents",
                   "Sinks of type elasticsearch have one; for the plugin alone set "
                   "format=document or document.addressing=true.");
  }
  return {};
}

Status RefuseMisplaced(const Values& values, const EventOptions& options) {
  for (const Misplaced& row : kNotForDocuments) {
    const auto found = values.find(row.name);
    if (found == values.end()) continue;
    if (row.harmless != nullptr && EqualsIgnoreCase(found->second, row.harmless)) continue;
    return Invalid(std::string("option \"") + row.name + "\" does not apply to documents",
                   row.reason);
  }
  if (!options.skip_truncate) {
    return Invalid("option \"skipped.operations\" must hold t for documents",
                   "TRUNCATE is not carried to an index: delete rows, or empty the index by hand.");
  }
  if (options.format != Format::kDocument) return {};
  for (const char* name : kEncodingOptions) {
    if (values.count(name) == 0) continue;
    return Invalid(std::string("option \"") + name + "\" belongs to format=flat",
                   "Documents of format=document have one encoding for each type.");
  }
  return {};
}

// A row that is read again comes without the transactions before, and without where it was made.
Status CheckAddedFields(const EventOptions& options) {
  if (options.document.toast_missing == ToastMissing::kFail) return {};
  for (const AddedField& field : options.flat.add_fields) {
    for (const char* path : {"source.sequence", "source.origin", "source.origin_lsn"}) {
      if (field.path != path) continue;
      return Invalid("option \"add.fields\" cannot add " + field.path + " to all documents",
                     "Rows that are read again do not have it; leave it out, or set "
                     "toast.missing=fail.");
    }
  }
  return {};
}

Status ParseIndexMap(const std::string& text, EventOptions* options) {
  const char* hint = "It is a JSON object: {\"schema.table\": \"index\"}.";
  rapidjson::Document json;
  if (!ParseJson(text, &json) || !json.IsObject()) {
    return Invalid("invalid value for option \"index.map\"", hint);
  }
  for (const auto& member : json.GetObject()) {
    if (!member.value.IsString() || member.value.GetStringLength() == 0) {
      return Invalid(std::string("invalid index of \"") + member.name.GetString() +
                         "\" in option \"index.map\"",
                     hint);
    }
    options->document.index_map.emplace_back(
        std::string(member.name.GetString(), member.name.GetStringLength()),
        std::string(member.value.GetString(), member.value.GetStringLength()));
  }
  return {};
}

// "column", or "table-regex:column;…".
Status ParseRouting(const std::string& text, EventOptions* options) {
  if (text.find(':') == std::string::npos && text.find(';') == std::string::npos) {
    RoutingRule rule;
    rule.all_tables = true;
    rule.column = std::string(Trim(text));
    if (rule.column.empty()) return Invalid("invalid value for option \"routing\"");
    options->document.routing.push_back(std::move(rule));
    return {};
  }
  std::vector<KeyRule> rules;
  if (Status status = ParseKeyRules("routing", text, &rules); !status.ok()) return status;
  for (KeyRule& rule : rules) {
    if (rule.columns.size() != 1) {
      return Invalid("option \"routing\" takes one column for each table");
    }
    options->document.routing.push_back({std::move(rule.table), false, rule.columns.front()});
  }
  return {};
}

// Sinks of documents have a format of their own unless another is asked for; the envelope is none.
void ChooseFormat(const Values& values, EventOptions* options) {
  if (options->format != Format::kDebezium) return;
  options->format = values.count("format") != 0 ? Format::kFlat : Format::kDocument;
}

}  // namespace

Status ParseKeyRules(const std::string& option, const std::string& text,
                     std::vector<KeyRule>* rules) {
  for (const std::string& item : SplitList(text, ';')) {
    const size_t colon = item.rfind(':');
    std::vector<std::string> columns;
    if (colon != std::string::npos) columns = SplitList(item.substr(colon + 1));
    if (columns.empty() || colon == 0) {
      return Invalid("invalid item \"" + item + "\" in option \"" + option + "\"",
                     "Items are table-regex:column,column.");
    }
    Result<Pattern> table = Pattern::Compile(item.substr(0, colon), true);
    if (!table.ok()) return table.status();
    rules->push_back({std::move(table.value()), std::move(columns)});
  }
  return {};
}

Status FinishDocuments(const Values& values, EventOptions* options) {
  if (!options->document.addressing) return RefuseWithoutDocuments(values);
  const auto addressing = values.find("document.addressing");
  if (addressing != values.end() && EqualsIgnoreCase(addressing->second, "false")) {
    return Invalid("format=document needs document.addressing=true");
  }
  ChooseFormat(values, options);
  if (Status status = RefuseMisplaced(values, *options); !status.ok()) return status;
  if (Status status = CheckAddedFields(*options); !status.ok()) return status;
  if (const auto map = values.find("index.map"); map != values.end()) {
    if (Status status = ParseIndexMap(map->second, options); !status.ok()) return status;
  }
  if (const auto routing = values.find("routing"); routing != values.end()) {
    if (Status status = ParseRouting(routing->second, options); !status.ok()) return status;
  }
  options->key_schemas = options->value_schemas = false;
  options->extended_headers = false;
  options->tombstones_on_delete = false;
  if (values.count("identity.missing") == 0) options->identity_missing = IdentityMissing::kFail;
  return {};
}

}  // namespace penstock::event
