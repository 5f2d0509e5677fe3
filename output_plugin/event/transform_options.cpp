#include "transform_options.h"

#include <algorithm>
#include <set>

#include "transform_values.h"

namespace penstock::event {
namespace {

Status Invalid(const std::string& message, const std::string& hint = {}) {
  return Status(StatusCode::kInvalidOption, message, hint);
}

// "op,source.ts_ms,lsn:position" → paths and names.
Status ParseAdded(const std::string& text, const std::string& prefix,
                  std::vector<AddedField>* fields) {
  static const std::set<std::string_view> kEnvelope = {"op", "ts_ms", "ts_us", "ts_ns"};
  static const std::set<std::string_view> kSource = {
      "version", "connector", "name",  "ts_ms", "snapshot", "db",   "sequence", "ts_us",
      "ts_ns",   "schema",    "table", "txId",  "lsn",      "xmin", "origin",   "origin_lsn"};
  static const std::set<std::string_view> kTransaction = {
      "transaction.id", "transaction.total_order", "transaction.data_collection_order"};
  for (const std::string& item : SplitList(text)) {
    const size_t colon = item.find(':');
    AddedField field;
    field.path = item.substr(0, colon);
    std::string name = colon == std::string::npos ? field.path : item.substr(colon + 1);
    std::replace(name.begin(), name.end(), '.', '_');
    field.name = prefix + name;
    // A bare name is looked up in the envelope first, then in its source block.
    if (kEnvelope.count(field.path) == 0 && kSource.count(field.path) != 0) {
      field.path = "source." + field.path;
    }
    const bool in_source = field.path.rfind("source.", 0) == 0 &&
                           kSource.count(std::string_view(field.path).substr(7)) != 0;
    if (!in_source && kEnvelope.count(field.path) == 0 && kTransaction.count(field.path) == 0) {
      return Invalid("unknown metadata field \"" + item + "\" in add.fields or add.headers");
    }
    fields->push_back(std::move(field));
  }
  return {};
}

// drop.tombstones and delete.handling.mode, which Debezium had before 2.5 and users still have.
Status FormerDeleteHandling(const TransformValues& values, FlatOptions* flat) {
  bool drop_tombstones = true;
  if (values.Has("drop.tombstones") &&
      !ParseBool(Trim(values.Text("drop.tombstones")), &drop_tombstones)) {
    return Invalid("invalid value for option \"" + values.Name("drop.tombstones") + "\"");
  }
  const std::string mode =
      values.Has("delete.handling.mode") ? values.Text("delete.handling.mode") : "drop";
  if (mode == "rewrite") {
    flat->delete_handling =
        drop_tombstones ? DeleteHandling::kRewrite : DeleteHandling::kRewriteWithTombstone;
  } else if (mode == "drop") {
    flat->delete_handling = drop_tombstones ? DeleteHandling::kDrop : DeleteHandling::kTombstone;
  } else {
    return Status(
        StatusCode::kNotSupported,
        "option \"" + values.Name("delete.handling.mode") + "\" cannot be \"" + mode + "\"",
        "Use delete.tombstone.handling.mode.");
  }
  return {};
}

Status ParseFlat(const TransformValues& values, EventOptions* options, TransformStep* step) {
  FlatOptions& flat = options->flat;
  step->kind = StepKind::kFlat;
  flat.delete_handling =
      static_cast<DeleteHandling>(values.Choice("delete.tombstone.handling.mode"));
  if (!values.Has("delete.tombstone.handling.mode") &&
      (values.Has("drop.tombstones") || values.Has("delete.handling.mode"))) {
    if (Status s = FormerDeleteHandling(values, &flat); !s.ok()) return s;
  }
  flat.route_by_field = values.Text("route.by.field");
  if (Status s =
          ParseAdded(values.Text("add.fields"), values.Text("add.fields.prefix"), &flat.add_fields);
      !s.ok()) {
    return s;
  }
  return ParseAdded(values.Text("add.headers"), values.Text("add.headers.prefix"),
                    &flat.add_headers);
}

Status ParseOutbox(const TransformValues& values, EventOptions* options, TransformStep* step) {
  OutboxOptions& outbox = options->outbox;
  step->kind = StepKind::kOutbox;
  outbox.id = values.Text("table.field.event.id");
  outbox.key = values.Text("table.field.event.key");
  outbox.payload = values.Text("table.field.event.payload");
  outbox.timestamp = values.Text("table.field.event.timestamp");
  outbox.schema_version = values.Text("table.field.event.schema.version");
  outbox.route_by_field =
      values.Has("route.by.field") ? values.Text("route.by.field") : "aggregatetype";
  Result<TopicRule> route = values.Rule("route.topic.regex", "route.topic.replacement");
  if (!route.ok()) return route.status();
  outbox.route = std::move(route.value());
  Result<std::vector<PlacedField>> placed =
      ParsePlacedFields(values.Name("table.fields.additional.placement"),
                        values.Text("table.fields.additional.placement"));
  if (!placed.ok()) return placed.status();
  outbox.placed = std::move(placed.value());
  outbox.ignore_missing = values.Choice("table.field.additional.missing") == 1;
  outbox.invalid_operation =
      static_cast<InvalidOperation>(values.Choice("table.op.invalid.behavior"));
  outbox.expand_json = values.Flag("table.expand.json.payload");
  outbox.null_as_bytes = values.Choice("table.json.payload.null.behavior") == 1;
  outbox.tombstone_on_empty = values.Flag("route.tombstone.on.empty.payload");
  return {};
}

Status ParseRegexRouter(const TransformValues& values, EventOptions*, TransformStep* step) {
  step->kind = StepKind::kRegexRouter;
  Result<TopicRule> rule = values.Rule("regex", "replacement");
  if (rule.ok()) step->route = std::move(rule.value());
  return rule.status();
}

Status ParseLogicalRouter(const TransformValues& values, EventOptions*, TransformStep* step) {
  step->kind = StepKind::kLogicalRouter;
  Result<TopicRule> rule = values.Rule("topic.regex", "topic.replacement");
  if (!rule.ok()) return rule.status();
  step->route = std::move(rule.value());
  if (values.Flag("key.enforce.uniqueness")) step->key_field = values.Text("key.field.name");
  step->key_names = static_cast<NameAdjustment>(values.Choice("schema.name.adjustment.mode"));
  if (Trim(values.Text("key.field.regex")).empty()) return {};
  Result<TopicRule> key = values.Rule("key.field.regex", "key.field.replacement");
  if (key.ok()) step->key_route = std::move(key.value());
  return key.status();
}

Status ParseChangedState(const TransformValues& values, EventOptions*, TransformStep* step) {
  step->kind = StepKind::kChangedState;
  step->changed_header = values.Text("header.changed.name");
  step->unchanged_header = values.Text("header.unchanged.name");
  return {};
}

Status ParseTimeZone(const TransformValues& values, EventOptions*, TransformStep* step) {
  step->kind = StepKind::kTimeZone;
  Result<TimeZoneRule> rule = ParseTimeZoneRule(
      values.Text("converted.timezone"), values.Text("include.list"), values.Text("exclude.list"));
  if (rule.ok()) step->time_zone = std::move(rule.value());
  return rule.status();
}

// What each transform is called, what it takes and who reads it.
struct TransformType {
  const char* type;
  std::vector<const char*> names;
  Status (*parse)(const TransformValues&, EventOptions*, TransformStep*);
};
const TransformType kFlatType = {
    "io.debezium.transforms.ExtractNewRecordState",
    {"add.fields", "add.headers", "add.fields.prefix", "add.headers.prefix",
     "delete.tombstone.handling.mode", "route.by.field", "drop.tombstones", "delete.handling.mode"},
    ParseFlat};
const TransformType kOutboxType = {
    "io.debezium.transforms.outbox.EventRouter",
    {"table.field.event.id", "table.field.event.key", "table.field.event.type",
     "table.field.event.payload", "table.field.event.timestamp", "table.field.event.schema.version",
     "route.by.field", "route.topic.regex", "route.topic.replacement",
     "table.fields.additional.placement", "table.field.additional.missing",
     "table.op.invalid.behavior", "table.expand.json.payload", "table.json.payload.null.behavior",
     "route.tombstone.on.empty.payload"},
    ParseOutbox};
const TransformType kTypes[] = {
    kFlatType,
    kOutboxType,
    {"org.apache.kafka.connect.transforms.RegexRouter", {"regex", "replacement"}, ParseRegexRouter},
    {"io.debezium.transforms.ByLogicalTableRouter",
     {"topic.regex", "topic.replacement", "key.enforce.uniqueness", "key.field.name",
      "key.field.regex", "key.field.replacement", "schema.name.adjustment.mode",
      "logical.table.cache.size"},
     ParseLogicalRouter},
    {"io.debezium.transforms.ExtractChangedRecordState",
     {"header.changed.name", "header.unchanged.name"},
     ParseChangedState},
    {"io.debezium.transforms.TimezoneConverter",
     {"converted.timezone", "include.list", "exclude.list"},
     ParseTimeZone},
};

constexpr const char* kTopicNameMatches =
    "org.apache.kafka.connect.transforms.predicates.TopicNameMatches";

Result<const TransformType*> FindType(const std::string& alias, const std::string& type) {
  std::string supported;
  for (const TransformType& row : kTypes) {
    if (type == row.type) return &row;
    supported += (supported.empty() ? "" : ", ") + std::string(row.type);
  }
  return Status(StatusCode::kNotSupported,
                "transform \"" + alias + "\" of type \"" + type + "\" is not supported",
                "Supported are " + supported + ".");
}

class ChainParser {
 public:
  ChainParser(const OptionValues& values, EventOptions* options)
      : values_(values), options_(options) {}

  Status Parse() {
    if (Status s = ParseFormat(Format::kFlat, kFlatType); !s.ok()) return s;
    if (Status s = ParseFormat(Format::kOutbox, kOutboxType); !s.ok()) return s;
    for (const std::string& alias : SplitList(Text("transforms"))) {
      if (Status s = ParseStep(alias); !s.ok()) return s;
    }
    if (Status s = CheckOwners("transforms"); !s.ok()) return s;
    return CheckOwners("predicates");
  }

 private:
  std::string Text(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? "" : found->second;
  }

  // A format is the transform of its shape in front of the others.
  Status ParseFormat(Format format, const TransformType& type) {
    const TransformValues own(values_, "");
    if (options_->format == format) {
      TransformStep step;
      if (Status s = type.parse(own, options_, &step); !s.ok()) return s;
      options_->chain.push_back(std::move(step));
      return {};
    }
    for (const char* name : type.names) {
      const bool shared = std::string_view(name) == "route.by.field";
      if (!own.Has(name) || (shared && options_->format == Format::kOutbox)) continue;
      if (shared && format == Format::kOutbox) continue;  // format=flat has looked at it
      return Invalid(std::string("option \"") + name +
                     "\" needs format=" + (format == Format::kFlat ? "flat" : "outbox"));
    }
    return {};
  }

  Status ParseStep(const std::string& alias) {
    const std::string prefix = "transforms." + alias + ".";
    const std::string type_name = Text(prefix + "type");
    if (type_name.empty()) return Invalid("option \"" + prefix + "type\" is missing");
    Result<const TransformType*> type = FindType(alias, type_name);
    if (!type.ok()) return type.status();
    std::vector<const char*> names = type.value()->names;
    names.insert(names.end(), {"type", "predicate", "negate"});
    const TransformValues values(values_, prefix);
    if (Status s = values.Check(names); !s.ok()) return s;
    TransformStep step;
    if (Status s = type.value()->parse(values, options_, &step); !s.ok()) return s;
    if (Status s = ParsePredicate(values, &step); !s.ok()) return s;
    if (Status s = CheckPlace(alias, step); !s.ok()) return s;
    if (step.kind == StepKind::kFlat && !step.has_predicate) options_->format = Format::kFlat;
    if (step.kind == StepKind::kOutbox && !step.has_predicate) options_->format = Format::kOutbox;
    options_->chain.push_back(std::move(step));
    return {};
  }

  Status ParsePredicate(const TransformValues& values, TransformStep* step) {
    step->negate = values.Flag("negate");
    const std::string name(Trim(values.Text("predicate")));
    if (name.empty()) return {};
    const std::vector<std::string> known = SplitList(Text("predicates"));
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return Invalid("option \"" + values.Name("predicate") + "\" names \"" + name +
                     "\", which is not in \"predicates\"");
    }
    const TransformValues predicate(values_, "predicates." + name + ".");
    if (predicate.Text("type") != kTopicNameMatches) {
      return Status(
          StatusCode::kNotSupported,
          "predicate \"" + name + "\" of type \"" + predicate.Text("type") + "\" is not supported",
          std::string("Supported is ") + kTopicNameMatches + ".");
    }
    if (Status s = predicate.Check({"type", "pattern"}); !s.ok()) return s;
    Result<Pattern> pattern = Pattern::Compile(predicate.Text("pattern"), false);
    if (!pattern.ok()) return pattern.status();
    step->topic_matches = std::move(pattern.value());
    step->has_predicate = true;
    return {};
  }

  // What the chain so far does not go with.
  Status CheckPlace(const std::string& alias, const TransformStep& step) const {
    const bool shapes = step.kind == StepKind::kFlat || step.kind == StepKind::kOutbox;
    for (const auto& [format, name] :
         {std::pair(Format::kDocument, "document"), std::pair(Format::kPivot, "pivot")}) {
      if (shapes && options_->format == format) {
        return Invalid(std::string("format=") + name + " and transform \"" + alias +
                       "\" exclude each other");
      }
    }
    const bool fits = step.kind == StepKind::kRegexRouter ||
                      (step.kind == StepKind::kFlat && !step.has_predicate);
    if (options_->document.addressing && !fits) {
      return Status(StatusCode::kNotSupported,
                    "transform \"" + alias + "\" does not apply to documents",
                    "Of documents ExtractNewRecordState and RegexRouter are supported.");
    }
    for (const TransformStep& before : options_->chain) {
      if (shapes && before.kind == step.kind) {
        return Invalid(step.kind == StepKind::kFlat ? "events can be made flat only once"
                                                    : "events can pass one outbox only");
      }
      if (before.kind == StepKind::kTimeZone && step.kind == before.kind) {
        return Status(StatusCode::kNotSupported, "times can be moved to one time zone only");
      }
      const bool dynamic =
          before.kind == StepKind::kOutbox ||
          (before.kind == StepKind::kFlat && !options_->flat.route_by_field.empty());
      if (dynamic && step.kind == StepKind::kLogicalRouter) {
        return Status(StatusCode::kNotSupported,
                      "transform \"" + alias + "\" cannot follow one that takes topics from rows",
                      "ByLogicalTableRouter works on the topics of tables.");
      }
    }
    return {};
  }

  // Every option of this kind belongs to a name that is listed.
  Status CheckOwners(const std::string& list) const {
    const std::vector<std::string> aliases = SplitList(Text(list));
    for (const auto& [name, value] : values_) {
      if (name.rfind(list + ".", 0) != 0) continue;
      const bool listed =
          std::any_of(aliases.begin(), aliases.end(), [&list, &n = name](const auto& alias) {
            return n.rfind(list + "." + alias + ".", 0) == 0;
          });
      if (!listed) return Invalid("option \"" + name + "\" belongs to no item of \"" + list + "\"");
    }
    return {};
  }

  const OptionValues& values_;
  EventOptions* options_;
};

}  // namespace

Status ParseTransforms(const OptionValues& values, EventOptions* options) {
  return ChainParser(values, options).Parse();
}

}  // namespace penstock::event
