// Events: rows of made-up tables in every format, type and mode. What comes out is JSON that names
// the same texts, the same every time, and Avro that says the same as the JSON.
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "avro_reader.h"
#include "output_plugin/event/avro_writer.h"
#include "output_plugin/event/event_encoder.h"
#include "output_plugin/event/json_text.h"
#include "output_plugin/event/time_text.h"
#include "test/unit/field_values.h"

namespace penstock::event {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// Kinds of the same place in both lists read the same stored form.
constexpr Kind kDebezium[] = {Kind::kBool,
                              Kind::kInt16,
                              Kind::kInt32,
                              Kind::kInt64,
                              Kind::kFloat,
                              Kind::kDouble,
                              Kind::kText,
                              Kind::kJson,
                              Kind::kXml,
                              Kind::kLtree,
                              Kind::kTsvector,
                              Kind::kEnum,
                              Kind::kUuid,
                              Kind::kDecimal,
                              Kind::kVariableDecimal,
                              Kind::kNumericDouble,
                              Kind::kNumericText,
                              Kind::kMoneyDecimal,
                              Kind::kMoneyDouble,
                              Kind::kMoneyText,
                              Kind::kDate,
                              Kind::kConnectDate,
                              Kind::kIsoDate,
                              Kind::kTimeMillis,
                              Kind::kTimeMicros,
                              Kind::kTimeNanos,
                              Kind::kConnectTime,
                              Kind::kIsoTime,
                              Kind::kZonedTime,
                              Kind::kTimestampMillis,
                              Kind::kTimestampMicros,
                              Kind::kTimestampNanos,
                              Kind::kConnectTimestamp,
                              Kind::kIsoTimestamp,
                              Kind::kZonedTimestamp,
                              Kind::kDuration,
                              Kind::kIntervalText,
                              Kind::kBytes,
                              Kind::kBase64,
                              Kind::kBase64Url,
                              Kind::kHex,
                              Kind::kBit,
                              Kind::kBits,
                              Kind::kPoint,
                              Kind::kHstoreJson,
                              Kind::kHstoreMap,
                              Kind::kName,
                              Kind::kGeometry,
                              Kind::kDoubleVector,
                              Kind::kFloatVector,
                              Kind::kSparseVector,
                              Kind::kArray};
constexpr Kind kDocuments[] = {
    Kind::kBool,    Kind::kInt16,  Kind::kInt32,    Kind::kInt64,   Kind::kFloat,
    Kind::kDouble,  Kind::kText,   Kind::kKeyword,  Kind::kNumber,  Kind::kMoneyNumber,
    Kind::kDay,     Kind::kClock,  Kind::kUtcClock, Kind::kInstant, Kind::kPeriod,
    Kind::kRawJson, Kind::kObject, Kind::kBinary,   Kind::kBitText, Kind::kCoordinates,
    Kind::kUuid,    Kind::kList};

// Columns and rows; the memory of values lives as long as this.
class Table {
 public:
  Table(fuzz::Input* input, bool plain) : input_(*input), plain_(plain) {}

  Column MakeColumn(const std::string& name, int depth) {
    Column column;
    column.name = name;
    column.kind =
        plain_
            ? kDocuments[input_.Below(static_cast<int>(std::size(kDocuments)) -
                                      (depth > 0 ? 0 : 1))]
            : kDebezium[input_.Below(static_cast<int>(std::size(kDebezium)) - (depth > 0 ? 0 : 1))];
    column.optional = input_.Number<uint8_t>() % 4 != 0;
    column.scale = column.kind == Kind::kNumericText ? input_.Between(-1, 4) : input_.Below(7);
    column.length = input_.Below(40);
    column.money_digits = input_.Below(4);
    column.allowed = "a,b";
    column.type_name = depth > 0 ? "_text" : "text";
    if (column.kind == Kind::kArray || column.kind == Kind::kList) {
      column.element = std::make_unique<Column>(MakeColumn("element", depth - 1));
    }
    return column;
  }

  FieldValue MakeValue(const Column& column, bool may_be_missing) {
    const int state = input_.Below(8);
    if (state == 0) return State(FieldState::kNull);
    if (state == 1 && may_be_missing) return State(FieldState::kUnavailable);
    switch (column.kind) {
      case Kind::kBool:
        return Number(input_.Flag() ? 1 : 0);
      case Kind::kInt16:
        return Number(input_.Number<int16_t>());
      case Kind::kInt32:
        return Number(input_.Edge<int32_t>());
      case Kind::kDate:
      case Kind::kConnectDate:
      case Kind::kIsoDate:
      case Kind::kDay:
        return Number(input_.Flag() ? kDateInfinity : input_.Number<int32_t>() % 2000000);
      case Kind::kFloat:
        return Real(input_.Number<float>());
      case Kind::kDouble:
        return Real(input_.Number<double>());
      case Kind::kTimeMillis:
      case Kind::kTimeMicros:
      case Kind::kTimeNanos:
      case Kind::kConnectTime:
      case Kind::kIsoTime:
      case Kind::kZonedTime:
      case Kind::kClock:
      case Kind::kUtcClock:
        return Number(static_cast<int64_t>(input_.Number<uint64_t>() % (kMicrosPerDay + 1)));
      case Kind::kInt64:
      case Kind::kMoneyDecimal:
      case Kind::kMoneyDouble:
      case Kind::kMoneyText:
      case Kind::kMoneyNumber:
        return Number(input_.Edge<int64_t>());
      case Kind::kTimestampMillis:
      case Kind::kTimestampMicros:
      case Kind::kTimestampNanos:
      case Kind::kConnectTimestamp:
      case Kind::kIsoTimestamp:
      case Kind::kZonedTimestamp:
      case Kind::kInstant:
        return Number(input_.Flag() ? kTimestampMinusInfinity
                                    : input_.Number<int64_t>() % 211813488000000000);
      case Kind::kUuid:
      case Kind::kPoint:
      case Kind::kCoordinates:
      case Kind::kDuration:
      case Kind::kIntervalText:
      case Kind::kPeriod:
        return Keep(Fixed(16));
      case Kind::kDecimal:
      case Kind::kVariableDecimal:
      case Kind::kNumericDouble:
      case Kind::kNumericText:
      case Kind::kNumber:
        return Keep(MakeNumeric(column));
      case Kind::kBytes:
      case Kind::kBase64:
      case Kind::kBase64Url:
      case Kind::kHex:
      case Kind::kBinary:
        return Keep(input_.Bytes());
      case Kind::kBit:
      case Kind::kBits:
      case Kind::kBitText:
        return Keep(MakeBits());
      case Kind::kHstoreJson:
      case Kind::kHstoreMap:
      case Kind::kObject:
        return Keep(MakeHstore());
      case Kind::kRawJson:
        return Keep(MakeJson(3));
      case Kind::kArray:
      case Kind::kList:
        return MakeItems(column);
      default:
        return Keep(fuzz::AsUtf8(input_.Bytes()));
    }
  }

 private:
  FieldValue Keep(std::string bytes) {
    bytes_.push_back(std::move(bytes));
    return Bytes(bytes_.back());
  }
  FieldValue Real(double real) {
    FieldValue value = State(FieldState::kValue);
    value.real = real;
    return value;
  }
  std::string Fixed(size_t n) {
    std::string bytes;
    while (bytes.size() < n) bytes += input_.Number<char>();
    return bytes;
  }

  // Digits that the column's scale holds, as the server makes sure.
  std::string MakeNumeric(const Column& column) {
    const int kind = input_.Below(8);
    if (kind == 0) return std::string("\0\xC0", 2);
    if (kind == 1) return std::string("\0\xD0", 2);
    const int scale = column.kind == Kind::kDecimal || column.scale >= 4 ? column.scale : 4;
    const int weight = column.scale >= 4 || column.kind != Kind::kDecimal ? input_.Between(-1, 6)
                                                                          : input_.Between(0, 6);
    std::string bytes;
    const int groups = weight < 0   ? 1
                       : scale >= 4 ? input_.Below(weight + 3)
                                    : input_.Below(weight + 2);
    if (groups == 0) return std::string("\0\x80", 2);
    const auto header =
        static_cast<uint16_t>(0x8000 | (input_.Flag() ? 0x2000 : 0) | scale << 7 | (weight & 0x7F));
    bytes.assign(reinterpret_cast<const char*>(&header), 2);
    for (int i = 0; i < groups; ++i) {
      const auto group = static_cast<uint16_t>(1 + input_.Below(9999));
      bytes.append(reinterpret_cast<const char*>(&group), 2);
    }
    return bytes;
  }

  std::string MakeBits() {
    const int32_t count = input_.Below(40);
    std::string bytes(reinterpret_cast<const char*>(&count), sizeof count);
    std::string bits = Fixed(static_cast<size_t>(count + 7) / 8);
    if (count % 8 != 0) bits.back() = static_cast<char>(bits.back() & (0xFF << (8 - count % 8)));
    return bytes + bits;
  }

  // As hstore_out prints it; its keys differ.
  std::string MakeHstore() {
    std::string text;
    for (int i = input_.Below(4); i > 0; --i) {
      auto quoted = [](const std::string& plain) {
        std::string out = "\"";
        for (const char c : plain) {
          if (c == '"' || c == '\\') out += '\\';
          out += c;
        }
        return out + "\"";
      };
      if (!text.empty()) text += ", ";
      text += quoted(std::to_string(i) + fuzz::AsUtf8(input_.Bytes())) + "=>";
      text += input_.Flag() ? "NULL" : quoted(fuzz::AsUtf8(input_.Bytes()));
    }
    return text;
  }

  std::string MakeJson(int depth) {
    static constexpr const char* kScalars[] = {"null", "true",  "-0",
                                               "1.50", "1e400", "12345678901234567890"};
    static constexpr const char* kSpace[] = {"", " ", "\n", "\r\n"};
    const std::string space = kSpace[input_.Below(4)];
    const int kind = input_.Below(depth > 0 ? 4 : 2);
    if (kind == 0) return space + kScalars[input_.Below(6)];
    if (kind == 1) return JsonString(fuzz::AsUtf8(input_.Bytes())) + space;
    std::string out(kind == 2 ? "[" : "{");
    for (int i = 0, n = input_.Below(4); i < n; ++i) {
      if (i != 0) out += ",";
      if (kind == 3) out += space + JsonString(std::to_string(i)) + ":";
      out += MakeJson(depth - 1);
    }
    return out + space + (kind == 2 ? "]" : "}");
  }

  FieldValue MakeItems(const Column& column) {
    std::vector<FieldValue> items;
    for (int i = input_.Below(4); i > 0; --i) items.push_back(MakeValue(*column.element, false));
    items_.push_back(std::move(items));
    return Items(FieldState::kValue, items_.back());
  }

  fuzz::Input& input_;
  const bool plain_;
  std::deque<std::string> bytes_;
  std::deque<std::vector<FieldValue>> items_;
};

struct Choice {
  const char* option;
  std::vector<const char*> values;
};

Pairs MakeOptions(fuzz::Input* input, std::string* format) {
  static const Choice kChoices[] = {
      {"debezium.quirks", {"false", "true"}},
      {"binary.handling.mode", {"bytes", "hex"}},
      {"tombstones.on.delete", {"true", "false"}},
      {"event.converting.failure.handling.mode", {"warn", "skip", "fail"}},
      {"field.name.adjustment.mode", {"none", "avro", "avro_unicode"}},
      {"schema.name.adjustment.mode", {"none", "avro", "avro_unicode"}},
      {"provide.transaction.metadata", {"false", "true"}},
      {"skip.messages.without.change", {"false", "true"}},
      {"extended.headers.enabled", {"true", "false"}},
  };
  static constexpr const char* kFormats[] = {"debezium", "flat", "document", "pivot", "outbox"};
  *format = kFormats[input->Below(5)];
  Pairs options = {{"topic.prefix", "p"}, {"format", *format}, {"skipped.operations", "none"}};
  for (const Choice& choice : kChoices) {
    const int value = input->Below(static_cast<int>(choice.values.size()));
    if (value != 0) options.emplace_back(choice.option, choice.values[static_cast<size_t>(value)]);
  }
  if (*format == "flat" && input->Flag()) {
    options.emplace_back("delete.tombstone.handling.mode", input->Flag() ? "rewrite" : "drop");
    options.emplace_back("add.fields", "op,source.ts_ms,lsn:position");
  }
  return options;
}

Pairs With(Pairs options, const Pairs& more) {
  options.insert(options.end(), more.begin(), more.end());
  return options;
}

struct Part {
  std::string bytes;
  bool is_null = true;
  std::string schema;  // Avro's
};
struct Made {
  Status status;
  std::vector<std::pair<Part, Part>> events;
  std::string all;  // everything, to compare
};

// Two changes and a message through an encoder of their own.
class Run {
 public:
  Run(const Pairs& options, const RelationPlan& shape) {
    Result<EventOptions> parsed = ParseEventOptions(options);
    usable_ = parsed.ok();
    if (!usable_) return;
    encoder_ = std::make_unique<EventEncoder>(parsed.value(), "db", "1");
    encoder_->BeginTransaction(7, 1700000000123456, {}, 0);
    plan_.schema = shape.schema;
    plan_.table = shape.table;
    plan_.in_value = shape.in_value;
    plan_.key = shape.key;
    plan_.pivot = shape.pivot;
  }
  bool usable() const { return usable_; }
  RelationPlan& plan() { return plan_; }
  Status Finish() { return FinishPlan(&plan_, encoder_->options()); }

  Made Encode(const Change& change) {
    Made made;
    made.status = encoder_->Encode(plan_, change, 1700000000999888777);
    if (made.status.ok()) Collect(&made);
    return made;
  }
  Made Message(const std::string& prefix, const std::string& content) {
    Made made;
    made.status = encoder_->EncodeMessage(prefix, content, true, 42, 1700000000999888777);
    if (made.status.ok()) Collect(&made);
    return made;
  }

 private:
  static Part PartOf(const char* bytes, size_t size, const PenstockSchema& schema) {
    Part part;
    part.is_null = bytes == nullptr;
    if (bytes != nullptr) part.bytes.assign(bytes, size);
    if (schema.serial != 0) part.schema.assign(schema.text, schema.text_len);
    return part;
  }
  void Collect(Made* made) const {
    for (const PenstockEvent& event : encoder_->events()) {
      made->events.emplace_back(PartOf(event.key, event.key_len, event.key_schema),
                                PartOf(event.value, event.value_len, event.value_schema));
      made->all += std::string(event.topic, event.topic_len) + "\n" +
                   made->events.back().first.bytes + "\n" + made->events.back().second.bytes + "\n";
      DEMAND(fuzz::ValidUtf8({event.topic, event.topic_len}) && event.topic_len != 0, made->all);
      for (uint32_t i = 0; i < event.header_count; ++i) {
        const PenstockHeader& header = event.headers[i];
        made->all += header.name + std::string("=");
        if (header.value != nullptr) made->all.append(header.value, header.value_len);
      }
      if (event.mapping != nullptr) {
        rapidjson::Document document;
        fuzz::ParseStrictly({event.mapping, event.mapping_len}, &document);
      }
    }
  }

  bool usable_ = false;
  std::unique_ptr<EventEncoder> encoder_;
  RelationPlan plan_;
};

// Columns are not copied: their masks and elements have owners.
void SetColumns(const std::vector<Column>& columns, RelationPlan* plan) {
  auto copy = [](const Column& from, auto& self) -> Column {
    Column to;
    to.name = from.name;
    to.kind = from.kind;
    to.optional = from.optional;
    to.scale = from.scale;
    to.length = from.length;
    to.money_digits = from.money_digits;
    to.allowed = from.allowed;
    to.type_name = from.type_name;
    if (from.element != nullptr) to.element = std::make_unique<Column>(self(*from.element, self));
    return to;
  };
  for (const Column& column : columns) plan->columns.push_back(copy(column, copy));
}

void CheckStatus(const Status& status) {
  DEMAND(!status.message().empty() && fuzz::ValidUtf8(status.message()), status.message());
  DEMAND(fuzz::ValidUtf8(status.hint()), status.hint());
  DEMAND(status.code() == StatusCode::kDataError || status.code() == StatusCode::kInvalidOption,
         status.message());
}

void CheckJson(const Made& made, bool key_is_text, bool value_is_text) {
  for (const auto& [key, value] : made.events) {
    rapidjson::Document document;
    if (!key.is_null && !key_is_text) fuzz::ParseStrictly(key.bytes, &document);
    if (!value.is_null && !value_is_text) fuzz::ParseStrictly(value.bytes, &document);
  }
}

// The text of a column in the envelope is that of the row.
void CheckTexts(const Made& made, const std::vector<Column>& columns, const FieldValue* row) {
  if (made.events.empty() || made.events.back().second.is_null) return;
  rapidjson::Document document;
  fuzz::ParseStrictly(made.events.back().second.bytes, &document);
  const rapidjson::Value& after = document["payload"]["after"];
  if (!after.IsObject()) return;
  auto member = after.MemberBegin();
  for (size_t i = 0; i < columns.size(); ++i, ++member) {
    if (columns[i].kind != Kind::kText || row[i].state != FieldState::kValue) continue;
    DEMAND(fuzz::TextOf(member->value) == std::string_view(row[i].bytes, row[i].size), made.all);
  }
}

void CheckAvro(const Made& json, const Made& avro) {
  DEMAND(json.events.size() == avro.events.size(), json.all);
  for (size_t i = 0; i < json.events.size(); ++i) {
    const std::pair<const Part*, const Part*> parts[] = {
        {&json.events[i].first, &avro.events[i].first},
        {&json.events[i].second, &avro.events[i].second}};
    for (const auto& [text, binary] : parts) {
      DEMAND(text->is_null == binary->is_null || text->bytes == "null", text->bytes);
      if (binary->is_null) continue;
      rapidjson::Document document;
      fuzz::ParseNumbers(text->bytes, &document);
      fuzz::AvroReader(binary->schema, std::string_view(binary->bytes).substr(kWireHeadBytes))
          .Compare(document);
    }
  }
}

void CheckAll(fuzz::Input* input) {
  std::string format;
  const Pairs options = MakeOptions(input, &format);
  const bool plain = format == "document" || format == "pivot";
  Table table(input, plain);
  RelationPlan shape;
  shape.schema = "s";
  shape.table = input->Flag() ? "t" : fuzz::AsUtf8(input->Bytes());
  std::vector<Column> columns(1);
  columns[0].name = "id";
  columns[0].kind = Kind::kInt32;
  columns[0].optional = false;
  if (format == "outbox") {
    for (const char* name : {"aggregatetype", "aggregateid", "payload"}) {
      columns.emplace_back();
      columns.back().name = name;
    }
  }
  for (int i = 1 + input->Below(4); i > 0; --i) {
    std::string name = "c" + std::to_string(i);
    if (input->Flag()) name += fuzz::AsUtf8(input->Bytes());
    columns.push_back(table.MakeColumn(name, 2));
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    shape.in_value.push_back(true);
    if (i != 0) shape.pivot.fields.push_back({static_cast<int>(i), false, {}});
  }
  shape.key = {0};
  shape.pivot.told = {0};
  std::vector<FieldValue> rows[2];
  const bool missing = !plain && format != "outbox";
  for (std::vector<FieldValue>& row : rows) {
    for (const Column& column : columns)
      row.push_back(table.MakeValue(column, missing && &row == &rows[1] && column.name != "id"));
    row[0] = Number(input->Number<int8_t>() % 2);
  }
  Change change;
  change.op = "cudr"[input->Below(4)];
  change.lsn = input->Number<uint32_t>();
  if (change.op == 'd' || (change.op == 'u' && input->Flag())) change.before = rows[0].data();
  if (change.op != 'd') change.after = rows[1].data();
  if (change.op == 'u' && format == "pivot") change.before = rows[0].data();
  const std::string prefix = fuzz::AsUtf8(input->Bytes());
  const std::string content = input->Bytes();

  auto run = [&](const Pairs& more, Made* row, Made* message) {
    Run one(With(options, more), shape);
    if (!one.usable()) return false;
    SetColumns(columns, &one.plan());
    if (format == "document") {
      one.plan().document.id = std::vector<TextPart>(1);
      one.plan().document.id[0].index = 0;
      one.plan().document.id[0].column.kind = Kind::kInt32;
    }
    if (const Status status = one.Finish(); !status.ok()) {
      CheckStatus(status);
      return false;
    }
    *row = one.Encode(change);
    if (!row->status.ok()) CheckStatus(row->status);
    if (!plain) *message = one.Message(prefix, content);
    return true;
  };
  Made first, again, message, unused;
  if (!run({}, &first, &message)) return;
  DEMAND(run({}, &again, &unused) && again.all == first.all, first.all);
  const bool outbox = format == "outbox";  // key and value are what the row has
  CheckJson(first, format == "document" || outbox, outbox);
  CheckJson(message, false, false);
  if (format == "debezium" && change.op == 'c') CheckTexts(first, columns, rows[1].data());
  if (plain || outbox) return;
  Made json, avro;
  if (!run({{"schemas.enable", "false"}}, &json, &unused)) return;
  const Pairs converters = {{"key.converter", "avro"}, {"value.converter", "avro"}};
  if (!run(converters, &avro, &message) || !json.status.ok() || !avro.status.ok()) return;
  CheckAvro(json, avro);
  CheckAvro(unused, message);
}

}  // namespace
}  // namespace penstock::event

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  penstock::fuzz::Input input(data, size);
  penstock::event::CheckAll(&input);
  return 0;
}
