// event_options.cpp: from checked options to EventOptions; their table is event_option_rows.cpp.
#include "event_options.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "capture_options.h"
#include "document_options.h"
#include "naming_options.h"
#include "pivot_options.h"
#include "transform_options.h"

namespace penstock::event {
namespace {

const std::map<std::string_view, std::string_view> kFormerNames = {
    {"column.blacklist", "column.exclude.list"}, {"column.whitelist", "column.include.list"},
    {"schema.blacklist", "schema.exclude.list"}, {"schema.whitelist", "schema.include.list"},
    {"table.blacklist", "table.exclude.list"},   {"table.whitelist", "table.include.list"},
};

Status Invalid(const std::string& message, const std::string& hint = {}) {
  return Status(StatusCode::kInvalidOption, message, hint);
}

// "hex:00ff" stands for bytes. What is no hex is a text that begins so.
std::string PlaceholderBytes(const std::string& text) {
  constexpr size_t kPrefix = 4;
  if (text.compare(0, kPrefix, "hex:") != 0 || text.size() % 2 != 0) return text;
  if (text.find_first_not_of("0123456789abcdefABCDEF", kPrefix) != std::string::npos) return text;
  std::string bytes;
  for (size_t i = kPrefix; i < text.size(); i += 2) {
    bytes += static_cast<char>(std::strtol(text.substr(i, 2).c_str(), nullptr, 16));
  }
  return bytes;
}

// Reads the checked options of one set into EventOptions.
class Parser {
 public:
  Parser(EventOptions* options, std::string default_prefix)
      : options_(options), default_prefix_(std::move(default_prefix)) {}

  Status Parse(const std::vector<std::pair<std::string, std::string>>& given) {
    for (const auto& [given_name, value] : given) {
      const auto former = kFormerNames.find(given_name);
      const std::string name(former == kFormerNames.end() ? given_name : former->second);
      const OptionRow* row = FindOption(EventOptionTable(), given_name);
      const bool text =
          row == nullptr || row->type == OptionType::kString || row->type == OptionType::kRegexList;
      if (!values_.emplace(name, text ? value : std::string(Trim(value))).second) {
        return Invalid("option \"" + name + "\" is given more than once");
      }
      if (Status s = Check(given_name, value); !s.ok()) return s;
    }
    ParseScalars();
    if (Status s = ParseLists(); !s.ok()) return s;
    if (Status s = ParseSkipped(); !s.ok()) return s;
    if (Status s = ParseTopicMap(); !s.ok()) return s;
    if (Status s = ParseTopicNaming(values_, &options_->naming); !s.ok()) return s;
    if (Status s = ParseKeyColumns(); !s.ok()) return s;
    if (Status s = ParseColumnRules(values_, &options_->column_rules); !s.ok()) return s;
    if (Status s = ParseCaptureOptions(values_, options_); !s.ok()) return s;
    if (Status s = ParseTransforms(values_, options_); !s.ok()) return s;
    if (Status s = FinishDocuments(values_, options_); !s.ok()) return s;
    if (Status s = FinishPivot(values_, options_); !s.ok()) return s;
    if (Status s = ParseConverters(); !s.ok()) return s;
    return ChoosePrefix();
  }

 private:
  static Status Check(const std::string& name, const std::string& value) {
    const OptionRow* row = FindOption(EventOptionTable(), name);
    if (row == nullptr) return UnknownOption(name, {EventOptionTable()});
    return CheckOptionValue(*row, name, value);
  }

  Status ChoosePrefix() {
    std::string& prefix = options_->topic_prefix;
    if (!prefix.empty() || options_->document.addressing) return {};
    if (values_.count("topic.prefix") == 0) prefix = default_prefix_;
    if (!prefix.empty()) return {};
    return Invalid("option \"topic.prefix\" is missing",
                   "Topics are named topic.prefix, schema and table.");
  }

  std::string Text(const std::string& name) const {
    const auto found = values_.find(name);
    if (found != values_.end()) return found->second;
    const OptionRow* row = FindOption(EventOptionTable(), name);
    return row != nullptr && row->default_value != nullptr ? row->default_value : "";
  }

  bool Flag(const std::string& name) const {
    bool value = false;
    (void)ParseBool(Text(name), &value);
    return value;
  }

  // The place of a value in its row's allowed list.
  int Choice(const std::string& name) const {
    const OptionRow* row = FindOption(EventOptionTable(), name);
    const std::vector<std::string> allowed = SplitList(row->allowed, '|');
    const std::string value = Text(name);
    for (size_t i = 0; i < allowed.size(); ++i) {
      if (EqualsIgnoreCase(allowed[i], value)) return static_cast<int>(i);
    }
    return 0;
  }

  void ParseScalars() {
    EventOptions& o = *options_;
    o.topic_prefix = Text("topic.prefix");
    o.topic_delimiter = Text("topic.delimiter");
    const bool both = Flag("schemas.enable");
    o.key_schemas = values_.count("key.converter.schemas.enable") != 0
                        ? Flag("key.converter.schemas.enable")
                        : both;
    o.value_schemas = values_.count("value.converter.schemas.enable") != 0
                          ? Flag("value.converter.schemas.enable")
                          : both;
    o.replace_null_with_default = Flag("value.converter.replace.null.with.default");
    o.output = static_cast<Output>(Choice("output"));
    o.format = static_cast<Format>(Choice("format"));
    o.schema_names = static_cast<NameAdjustment>(Choice("schema.name.adjustment.mode"));
    o.field_names = static_cast<NameAdjustment>(Choice("field.name.adjustment.mode"));
    o.document.addressing = Flag("document.addressing") || o.format == Format::kDocument;
    o.document.json_mapping = static_cast<JsonMapping>(Choice("json.mapping"));
    o.document.toast_missing = static_cast<ToastMissing>(Choice("toast.missing"));
    o.quirks = Flag("debezium.quirks");
    o.tombstones_on_delete = Flag("tombstones.on.delete");
    o.extended_headers = Flag("extended.headers.enabled");
    o.publish_via_partition_root = Flag("publish.via.partition.root");
    o.publication_mode = static_cast<PublicationMode>(Choice("publication.autocreate.mode"));
    o.skip_unchanged = Flag("skip.messages.without.change");
    o.transaction_metadata = Flag("provide.transaction.metadata");
    o.transaction_topic = Text("topic.transaction");
    o.identity_missing = static_cast<IdentityMissing>(Choice("identity.missing"));
    o.decimal_mode = static_cast<DecimalMode>(Choice("decimal.handling.mode"));
    o.time_mode = static_cast<TimeMode>(Choice("time.precision.mode"));
    o.binary_mode = static_cast<BinaryMode>(Choice("binary.handling.mode"));
    o.interval_mode = static_cast<IntervalMode>(Choice("interval.handling.mode"));
    o.hstore_mode = static_cast<HstoreMode>(Choice("hstore.handling.mode"));
    o.converting_failure =
        static_cast<FailureMode>(Choice("event.converting.failure.handling.mode"));
    o.include_unknown = Flag("include.unknown.datatypes");
    o.ignore_builtin = Flag("table.ignore.builtin");
    o.nested_arrays = Flag("arrays.nested");
    o.json_expand = Flag("json.expand");
    o.capture_local_only = Choice("capture.origin") == 1;
    o.unavailable_placeholder = PlaceholderBytes(Text("unavailable.value.placeholder"));
    int64_t digits = 2;
    (void)ParseInt64(Text("money.fraction.digits"), &digits);
    o.money_fraction_digits = static_cast<int>(digits);
    (void)ParseInt64(Text("xmin.fetch.interval.ms"), &o.xmin_interval_ms);
    int64_t batch_bytes = 0;
    (void)ParseInt64(Text("output.batch.bytes"), &batch_bytes);
    o.batch_bytes = static_cast<int>(batch_bytes);
  }

  Status ParseLists() {
    const std::pair<const char*, PatternList*> lists[] = {
        {"schema.include.list", &options_->schema_include},
        {"schema.exclude.list", &options_->schema_exclude},
        {"table.include.list", &options_->table_include},
        {"table.exclude.list", &options_->table_exclude},
        {"column.include.list", &options_->column_include},
        {"column.exclude.list", &options_->column_exclude},
        {"message.prefix.include.list", &options_->message_prefix_include},
        {"message.prefix.exclude.list", &options_->message_prefix_exclude},
    };
    for (const auto& [name, list] : lists) {
      Result<PatternList> parsed = PatternList::Parse(name, Text(name));
      if (!parsed.ok()) return parsed.status();
      *list = std::move(parsed.value());
    }
    for (const char* kind : {"schema", "table", "column", "message.prefix"}) {
      const std::string include = std::string(kind) + ".include.list";
      const std::string exclude = std::string(kind) + ".exclude.list";
      if (!Text(include).empty() && !Text(exclude).empty()) {
        return Invalid("options \"" + include + "\" and \"" + exclude + "\" exclude each other");
      }
    }
    return {};
  }

  Status ParseSkipped() {
    options_->skip_truncate = false;
    options_->skips_by_default = values_.count("skipped.operations") == 0;
    const std::map<std::string, bool*> flags = {{"c", &options_->skip_create},
                                                {"u", &options_->skip_update},
                                                {"d", &options_->skip_delete},
                                                {"t", &options_->skip_truncate}};
    const std::vector<std::string> items = SplitList(Text("skipped.operations"));
    for (const std::string& item : items) {
      const auto flag = flags.find(item);
      if (flag != flags.end()) {
        *flag->second = true;
      } else if (item != "none" || items.size() > 1) {
        return Invalid("invalid operation \"" + item + "\" in option \"skipped.operations\"",
                       "Operations are c, u, d and t, or none alone.");
      }
    }
    return {};
  }

  Status ParseTopicMap() {
    for (const std::string& item : SplitList(Text("topic.map"))) {
      const size_t colon = item.find(':');
      if (colon == std::string::npos || colon == 0 || colon + 1 == item.size()) {
        return Invalid("invalid item \"" + item + "\" in option \"topic.map\"",
                       "Items are schema.table:topic.");
      }
      options_->topic_map.emplace_back(item.substr(0, colon), item.substr(colon + 1));
    }
    return {};
  }

  // After everything that decides on schemas and on the shape of events.
  Status ParseConverters() {
    EventOptions& o = *options_;
    o.key_converter = ConverterOf("key.converter");
    o.value_converter = ConverterOf("value.converter");
    if (o.value_converter == Converter::kAvro) {
      o.replace_null_with_default = !Flag("value.converter.ignore.default.for.nullables");
    }
    if (o.WritesAvro() && o.document.addressing) {
      return Invalid("documents cannot be written as Avro",
                     "Set key.converter and value.converter to json.");
    }
    if (o.WritesAvro() && o.format == Format::kPivot) {
      return Status(StatusCode::kNotSupported, "format=pivot is not written as Avro",
                    "Set key.converter and value.converter to json.");
    }
    if (o.json_expand && o.value_schemas && o.value_converter != Converter::kAvro) {
      return Invalid("option \"json.expand\" needs value.converter.schemas.enable=false or Avro",
                     "A schema of Kafka Connect is the same for all rows, and JSON is not.");
    }
    if (Status s = ParseNaming("key.converter", o.key_converter, &o.key_schemas, &o.key_naming);
        !s.ok()) {
      return s;
    }
    return ParseNaming("value.converter", o.value_converter, &o.value_schemas, &o.value_naming);
  }

  Converter ConverterOf(const char* name) const {
    return Choice(name) < 2 ? Converter::kJson : Converter::kAvro;  // two names for each
  }

  // The options of one converter; those of the other would do nothing.
  Status ParseNaming(const std::string& name, Converter converter, bool* schemas,
                     AvroNaming* naming) const {
    const bool avro = converter == Converter::kAvro;
    const std::pair<const char*, bool> kOptions[] = {
        {".connect.meta.data", true},          {".ignore.default.for.nullables", true},
        {".replace.null.with.default", false}, {".schemas.enable", false},
        {".scrub.invalid.names", true},
    };
    for (const auto& [option, of_avro] : kOptions) {
      if (values_.count(name + option) != 0 && of_avro != avro) {
        return Invalid("option \"" + name + option + "\" needs " + name +
                       (of_avro ? "=avro" : "=json"));
      }
    }
    if (!avro) return {};
    *schemas = false;  // not in the record itself
    naming->connect_meta_data = Flag(name + ".connect.meta.data");
    naming->scrub_invalid_names = Flag(name + ".scrub.invalid.names");
    return {};
  }

  Status ParseKeyColumns() {
    if (Status s = ParseKeyRules("message.key.columns", Text("message.key.columns"),
                                 &options_->message_key_columns);
        !s.ok()) {
      return s;
    }
    return ParseKeyRules("document.id.columns", Text("document.id.columns"),
                         &options_->document.id_columns);
  }

  EventOptions* options_;
  std::string default_prefix_;
  std::map<std::string, std::string> values_;
};

}  // namespace

bool IsEventOption(std::string_view name) {
  return FindOption(EventOptionTable(), name) != nullptr;
}

Result<EventOptions> ParseEventOptions(
    const std::vector<std::pair<std::string, std::string>>& options,
    const std::string& default_prefix) {
  EventOptions parsed;
  if (Status status = Parser(&parsed, default_prefix).Parse(options); !status.ok()) return status;
  return parsed;
}

}  // namespace penstock::event
