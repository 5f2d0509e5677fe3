// connect_elasticsearch.cpp: see connect_elasticsearch.h.
//
// Such a connector reads topics that Debezium wrote, prefix.schema.table: the last two parts of a
// topic's name are the table, what is before them is topic.prefix, so that an index gets the name
// it has today.
#include "connect_elasticsearch.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "connect_translator.h"
#include "name_list.h"

namespace penstock {
namespace {

using Parts = std::vector<std::string>;

// Alias of the router that takes the schema off topics of one part.
constexpr char kTableOnly[] = "penstock_table";
// In place of the prefix of a topic of one part.
constexpr char kNoSchema[] = "*";
constexpr char kRouterType[] = "org.apache.kafka.connect.transforms.RegexRouter";

bool IsWord(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

std::string Join(const Parts& parts, size_t begin, size_t end, const char* separator) {
  std::string joined;
  for (size_t i = begin; i < end; i++) joined += (i == begin ? "" : separator) + parts[i];
  return joined;
}

// The length of a separator between the parts of a topic's name at this place of a regular
// expression, 0: none. A dot that is not escaped is meant as one unless it is repeated.
size_t SeparatorAt(std::string_view regex, size_t at) {
  if (regex.substr(at, 2) == "\\.") return 2;
  if (regex.substr(at, 3) == "[.]") return 3;
  if (regex[at] != '.') return 0;
  const char next = at + 1 < regex.size() ? regex[at + 1] : '\0';
  return next == '*' || next == '+' || next == '?' || next == '{' ? 0 : 1;
}

// A regular expression over topics, cut at the separators outside of groups.
Parts SplitRegex(std::string_view regex) {
  Parts parts(1);
  int depth = 0;
  for (size_t at = 0; at < regex.size();) {
    const size_t separator = depth == 0 ? SeparatorAt(regex, at) : 0;
    if (separator > 0) {
      parts.emplace_back();
      at += separator;
      continue;
    }
    const size_t length = regex[at] == '\\' && at + 1 < regex.size() ? 2 : 1;
    if (regex[at] == '(' || regex[at] == '[') depth++;
    if (regex[at] == ')' || regex[at] == ']') depth--;
    parts.back() += regex.substr(at, length);
    at += length;
  }
  return parts;
}

class Translator : ConnectTranslator {
 public:
  Translator(OptionMap* properties, ConnectConfig* result)
      : ConnectTranslator(properties, result) {}

  void Translate() {
    DropWhatReadsKafka();
    // The rows look as they do in the topics today.
    properties_->emplace("format", "flat");
    TakeTransforms();
    TakeTopics();
    TakeIndexMap();
    if (!transforms_.empty()) {
      (*properties_)["transforms"] = Join(transforms_, 0, transforms_.size(), ",");
    }
  }

 private:
  void DropWhatReadsKafka() {
    for (auto it = properties_->begin(); it != properties_->end();) {
      const std::string& name = it->first;
      const bool drop = name == "key.converter" || name == "value.converter" ||
                        name == "header.converter" || StartsWith(name, "key.converter.") ||
                        StartsWith(name, "value.converter.") ||
                        StartsWith(name, "header.converter.") || StartsWith(name, "consumer.") ||
                        name == "topic.creation.enable";
      if (!drop) {
        ++it;
        continue;
      }
      Notice(name, "option \"" + name +
                       "\" does not apply: documents are made from the rows of this database, not "
                       "read from Kafka");
      it = properties_->erase(it);
    }
  }

  // --- transforms ---

  void TakeTransforms() {
    std::string list;
    if (!Take("transforms", &list)) return;
    for (const std::string& alias : SplitList(list)) TakeTransform(alias);
    if (key_columns_.empty()) return;
    std::string columns = Join(key_columns_, 0, key_columns_.size(), ",");
    if (properties_->emplace("document.id.columns", ".*:" + columns).second) {
      Notice("transforms", "documents have their id from column \"" + columns +
                               "\": option \"document.id.columns\" is \".*:" + columns + "\"");
    }
  }

  void TakeTransform(const std::string& alias) {
    static const std::map<std::string_view, void (Translator::*)(const std::string&)> kTypes = {
        {"io.debezium.transforms.ExtractNewRecordState", &Translator::TakeUnwrap},
        {"io.debezium.transforms.UnwrapFromEnvelope", &Translator::TakeUnwrap},
        {"org.apache.kafka.connect.transforms.ExtractField$Key", &Translator::TakeExtractKey},
        {"org.apache.kafka.connect.transforms.ValueToKey", &Translator::TakeValueToKey},
        {kRouterType, &Translator::KeepRouter},
    };
    const std::string option = "transforms." + alias + ".type";
    const auto given = properties_->find(option);
    const std::string type = given == properties_->end() ? std::string() : given->second;
    const auto known = kTypes.find(type);
    if (known == kTypes.end()) {
      Error(option, StatusCode::kNotSupported,
            type.empty() ? "option \"" + option + "\" is missing"
                         : "transform \"" + type + "\" is not supported",
            "Supported are ExtractNewRecordState, ValueToKey, ExtractField$Key and RegexRouter.");
      return;
    }
    if (properties_->count("transforms." + alias + ".predicate") != 0) {
      Error("transforms." + alias + ".predicate", StatusCode::kNotSupported,
            "predicates of transforms are not supported");
    }
    (this->*known->second)(alias);
  }

  // The properties of a transform without its type, which are taken out.
  OptionMap TakeProperties(const std::string& alias) {
    OptionMap taken;
    const std::string prefix = "transforms." + alias + ".";
    for (auto it = properties_->lower_bound(prefix);
         it != properties_->end() && StartsWith(it->first, prefix); it = properties_->erase(it)) {
      taken.emplace(it->first.substr(prefix.size()), it->second);
    }
    taken.erase("type");
    return taken;
  }

  void TakeUnwrap(const std::string& alias) {
    static const std::set<std::string_view> kDeletes = {"drop.tombstones", "delete.handling.mode",
                                                        "delete.tombstone.handling.mode"};
    static const std::set<std::string_view> kHeaders = {"add.headers", "add.headers.prefix",
                                                        "operation.header"};
    for (const auto& [name, value] : TakeProperties(alias)) {
      const std::string given = "transforms." + alias + "." + name;
      if (kDeletes.count(name) != 0) {
        TakeDeleteHandling(given, value);
      } else if (kHeaders.count(name) != 0) {
        Notice(given, "option \"" + given + "\" does not apply: documents have no headers");
      } else {
        properties_->emplace(name == "add.source.fields" ? "add.fields" : name, value);
      }
    }
  }

  void TakeDeleteHandling(const std::string& given, const std::string& value) {
    if (StartsWith(value, "rewrite")) {
      Error(given, StatusCode::kNotSupported,
            "option \"" + given + "\" cannot be \"" + value + "\": a deleted row has no document",
            "behavior.on.null.values=ignore keeps the documents of deleted rows as they were.");
      return;
    }
    Notice(given, "option \"" + given +
                      "\" does not apply: the delete of a row deletes its document; "
                      "behavior.on.null.values decides otherwise");
  }

  void TakeValueToKey(const std::string& alias) {
    const OptionMap properties = TakeProperties(alias);
    const auto fields = properties.find("fields");
    if (fields != properties.end()) key_columns_ = SplitList(fields->second);
  }

  void TakeExtractKey(const std::string& alias) {
    const OptionMap properties = TakeProperties(alias);
    const auto field = properties.find("field");
    if (field != properties.end()) key_columns_ = {std::string(Trim(field->second))};
  }

  void KeepRouter(const std::string& alias) { transforms_.push_back(alias); }

  // --- topics ---

  void TakeTopics() {
    std::string topics;
    std::string regex;
    const bool has_topics = Take("topics", &topics);
    const bool has_regex = Take("topics.regex", &regex);
    if (has_topics == has_regex) {
      Error("topics", StatusCode::kNotSupported,
            has_topics ? "options \"topics\" and \"topics.regex\" exclude each other"
                       : "option \"topics\" is missing",
            "Name the topics as prefix.schema.table.");
    } else if (has_topics) {
      ReadTopics(SplitList(topics));
    } else {
      ReadRegex(std::string(Trim(regex)));
    }
  }

  void ReadTopics(const Parts& topics) {
    std::vector<std::string> tables;
    std::set<std::string> prefixes;
    for (const std::string& topic : topics) {
      const Parts parts = SplitList(topic, '.');
      const size_t count = parts.size();
      if (count < 2) {
        tables.push_back(count == 0 ? topic : "*." + topic);  // dots alone are refused below
        prefixes.insert(kNoSchema);
        continue;
      }
      tables.push_back(parts[count - 2] + "." + parts[count - 1]);
      prefixes.insert(Join(parts, 0, count - 2, "."));
    }
    Result<std::string> list = TableNamesToIncludeList(tables);
    if (!list.ok() || prefixes.size() > 1) {
      Error("topics", StatusCode::kNotSupported,
            prefixes.size() > 1 ? "option \"topics\" names topics of different prefixes"
                                : "invalid value for option \"topics\"",
            "Topics are prefix.schema.table with one prefix; create a sink for each.");
      return;
    }
    const std::string& prefix = *prefixes.begin();
    if (prefix == kNoSchema) RouteByTable();
    AddTables("topics", list.value(), prefix == kNoSchema ? std::string() : prefix);
  }

  // Topics of one part come from a router beside Debezium that dropped prefix and schema.
  void RouteByTable() {
    const std::string prefix = std::string("transforms.") + kTableOnly + ".";
    transforms_.insert(transforms_.begin(), kTableOnly);
    (*properties_)[prefix + "type"] = kRouterType;
    (*properties_)[prefix + "regex"] = "[^.]*\\.(.*)";
    (*properties_)[prefix + "replacement"] = "$1";
    Notice("topics",
           "topics without a schema stand for the tables of this name in every schema; indexes are "
           "named after the table");
  }

  void ReadRegex(const std::string& regex) {
    Parts parts = SplitRegex(regex);
    // "server.schema.*"
    std::string& last = parts.back();
    if (parts.size() == 2 && last.size() > 2 && last.substr(last.size() - 2) == ".*" &&
        IsWord(last.substr(0, last.size() - 2))) {
      last.resize(last.size() - 2);
      parts.emplace_back(".*");
    }
    const size_t count = parts.size();
    const bool words = count >= 3 && std::all_of(parts.begin(), parts.end() - 2, IsWord);
    // A word and .* after more than two words: the dot may be a separator or not.
    const bool unclear = count > 2 && parts.back().size() > 2 &&
                         parts.back().substr(parts.back().size() - 2) == ".*" &&
                         IsWord(parts.back().substr(0, parts.back().size() - 2)) &&
                         regex.find('\\') == std::string::npos;
    if (!words || unclear || regex.find(',') != std::string::npos) {
      Error("topics.regex", StatusCode::kNotSupported,
            "option \"topics.regex\" cannot be turned into table.include.list: \"" + regex + "\"",
            "Write prefix\\\\.schema\\\\.table with the prefix as plain text, or list the topics.");
      return;
    }
    AddTables("topics.regex", parts[count - 2] + "\\." + parts[count - 1],
              Join(parts, 0, count - 2, "."));
  }

  void AddTables(const std::string& option, const std::string& list, const std::string& prefix) {
    if (!prefix.empty()) properties_->emplace("topic.prefix", prefix);
    if (!properties_->emplace("table.include.list", list).second) {
      Error(option, StatusCode::kNotSupported,
            "options \"" + option + "\" and \"table.include.list\" exclude each other");
      return;
    }
    Notice(option, "option \"" + option + "\" is taken as tables of this database: option " +
                       "\"table.include.list\" is \"" + list + "\"");
  }

  // topic.index.map of older releases: topic:index,…
  void TakeIndexMap() {
    std::string text;
    if (!Take("topic.index.map", &text)) return;
    OptionMap indexes;
    for (const std::string& item : SplitList(text)) {
      const size_t colon = item.rfind(':');
      const Parts parts = SplitList(item.substr(0, colon), '.');
      if (colon == std::string::npos || parts.size() < 2) {
        Error("topic.index.map", StatusCode::kNotSupported,
              "invalid item \"" + item + "\" in option \"topic.index.map\"",
              "Items are prefix.schema.table:index.");
        return;
      }
      indexes[Join(parts, parts.size() - 2, parts.size(), ".")] = item.substr(colon + 1);
    }
    properties_->emplace("index.map", OptionsToJson(indexes));
  }

  Parts transforms_;   // aliases that stay
  Parts key_columns_;  // what the id is made of, when a transform says so
};

}  // namespace

bool IsElasticsearchSinkClass(const std::string& connector_class) {
  static const std::set<std::string_view> kClasses = {
      "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector",
      "ElasticsearchSinkConnector",
      "ElasticsearchSink",
      "io.aiven.connect.elasticsearch.ElasticsearchSinkConnector",
      "io.aiven.kafka.connect.opensearch.OpensearchSinkConnector",
      "io.aiven.kafka.connect.opensearch.OpenSearchSinkConnector",
      "OpensearchSinkConnector",
  };
  return kClasses.count(connector_class) != 0;
}

void TranslateElasticsearchSink(OptionMap* properties, ConnectConfig* result) {
  Translator(properties, result).Translate();
}

}  // namespace penstock
