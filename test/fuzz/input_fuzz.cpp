// What comes from elsewhere: JSON of rows, texts of extensions' types, answers of destinations, and
// what is written to files.
#include <map>
#include <vector>

#include "extension/core/json.h"
#include "extension/core/signal.h"
#include "extension/sink/csv_line.h"
#include "extension/sink/elasticsearch_answers.h"
#include "extension/sink/elasticsearch_json.h"
#include "extension/sink/file_line.h"
#include "fuzz.h"
#include "output_plugin/event/hstore.h"
#include "output_plugin/event/json_expand.h"
#include "output_plugin/event/json_node.h"
#include "output_plugin/event/json_text.h"
#include "test/unit/field_values.h"

namespace penstock {
namespace {

using event::Buffer;

// A text that a strict reader takes is taken, and what is made of it is JSON.
void CheckJson(const std::string& text) {
  rapidjson::Document strict;
  const bool valid = fuzz::ReadStrictly(text, &strict);
  rapidjson::Document document;
  const bool read = ParseJson(text, &document);
  if (read && fuzz::ValidUtf8(text)) {
    // A lone half of a pair is an escape that only a strict reader minds.
    DEMAND(valid || text.find("\\u") != std::string::npos, text);
  }
  event::JsonNode node;
  const bool tree = event::ParseJsonNode(text, &node);
  if (read) DEMAND(tree, text);
  for (const bool null_as_bytes : {false, true}) {
    Buffer value;
    std::string schema;
    if (!event::ExpandJson(text, {"n", null_as_bytes}, &value, &schema)) {
      DEMAND(value.size() == 0, value.view());
      continue;
    }
    if (!valid) continue;
    rapidjson::Document expanded;
    fuzz::ParseStrictly(value.view(), &expanded);
    fuzz::ParseStrictly(schema + "}", &expanded);
  }
}

// hstore_out's text, and any other.
void CheckHstore(fuzz::Input* input) {
  std::map<std::string, std::string> pairs;
  std::string text;
  for (int i = input->Below(20); i > 0; --i) {
    const std::string key = input->Bytes(), value = input->Bytes();
    if (!pairs.emplace(key, value).second) continue;
    auto quoted = [](const std::string& plain) {
      std::string out;
      for (const char c : plain) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
      }
      return "\"" + out + "\"";
    };
    text +=
        (text.empty() ? "" : ", ") + quoted(key) + "=>" + (value == "0" ? "NULL" : quoted(value));
  }
  const std::vector<event::HstorePair> read = event::ParseHstore(text);
  DEMAND(read.size() == pairs.size(), text);
  for (const event::HstorePair& pair : read) {
    const auto known = pairs.find(pair.key);
    DEMAND(known != pairs.end(), pair.key);
    DEMAND(pair.is_null ? known->second == "0" : known->second == pair.value, pair.value);
  }
}

void CheckExtensionTypes(const std::string& text) {
  for (const event::Kind kind :
       {event::Kind::kGeometry, event::Kind::kDoubleVector, event::Kind::kFloatVector,
        event::Kind::kSparseVector, event::Kind::kBytes}) {
    event::Column column;
    column.kind = kind;
    column.java_numbers = true;
    Buffer out;
    if (!event::WriteValue(out, column, event::Bytes(text), {})) {
      DEMAND(out.size() == 0, out.view());
      continue;
    }
    rapidjson::Document document;
    fuzz::ParseStrictly(out.view(), &document);
  }
  (void)event::ParseHstore(text);
}

// A row of a signal table: obeyed, or refused with a message that says why.
void CheckSignal(fuzz::Input* input) {
  static constexpr const char* kTypes[] = {"log", "execute-snapshot", "stop-snapshot",
                                           "pause-snapshot"};
  const int known = input->Below(5);
  const std::string type = known < 4 ? kTypes[known] : fuzz::AsUtf8(input->Line());
  const std::string data = fuzz::AsUtf8(input->Rest());
  const Result<Signal> signal = ParseSignal(type, data);
  if (!signal.ok()) {
    DEMAND(!signal.status().message().empty(), data);
    // Names from it are repeated, and an escape may stand for half of a pair.
    DEMAND(fuzz::ValidUtf8(signal.status().message()) || data.find("\\u") != std::string::npos,
           signal.status().message());
  } else if (signal.value().kind == SignalKind::kExecuteSnapshot) {
    DEMAND(!signal.value().collections.empty(), data);
  }
}

// Answers come from the network.
void CheckAnswers(const std::string& body, int status) {
  std::vector<sink::ItemAnswer> items;
  (void)sink::ParseBulkAnswer(body, 2, &items);
  for (const sink::ItemAnswer& item : items) {
    (void)sink::ActionOfItem(item);
    DEMAND(fuzz::ValidUtf8(item.reason), item.reason);
  }
  sink::HttpResponse response;
  response.status = status;
  response.body = body;
  (void)sink::ActionOfRequest(status, sink::ParseError(response).type);
  DEMAND(!sink::RetryStatus(response).message().empty(), body);
  sink::IndexFacts facts;
  std::vector<std::pair<std::string, sink::IndexMarker>> markers;
  std::map<std::string, std::string> uuids;
  const bool has_facts = sink::ParseIndexFacts(body, &facts);
  (void)sink::ParseMarkers(body, &markers);
  (void)sink::ParseState(body, {"s", "1", "slot", 100}, &uuids);
  (void)sink::RefreshIntervalOf(body);
  if (!has_facts || !fuzz::ValidUtf8(body)) return;
  const sink::IndexMarker marker = sink::MarkerOf({"s", "1", "slot", 100});
  rapidjson::Document document;
  fuzz::ParseStrictly(
      sink::PutMappingBody(R"({"properties":{"a":{}}})", facts.fields, facts.other_meta, marker),
      &document);
}

// Lines that are read again as RFC 4180 says.
std::vector<std::string> CsvCells(std::string_view line, char delimiter) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      cells.back() += line[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == delimiter && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

void CheckFiles(fuzz::Input* input) {
  const char delimiter = ",;\t|"[input->Below(4)];
  std::vector<std::string> texts;
  std::string json = "{";
  for (int i = 1 + input->Below(4); i > 0; --i) {
    texts.push_back(fuzz::AsUtf8(input->Bytes()));
    json += (json.size() > 1 ? ",\"" : "\"") + std::string(1, static_cast<char>('a' + i)) +
            "\":" + event::JsonString(texts.back());
  }
  json += "}";
  sink::Event one;
  one.topic = "t";
  one.value = json;
  sink::CsvWriter writer(delimiter);
  writer.Start("");
  Buffer out;
  DEMAND(writer.Append(out, one).ok(), json);
  const size_t header = sink::FirstCsvLine(out.view());
  DEMAND(header != 0 && sink::WholeCsvLines(out.view()) == out.size(), out.view());
  std::string_view line = out.view().substr(header);
  DEMAND(!line.empty() && line.back() == '\n', line);
  line.remove_suffix(1);
  DEMAND(CsvCells(line, delimiter) == texts, line);
}

void CheckAnyFile(fuzz::Input* input) {
  sink::Event one;
  const std::string topic = fuzz::AsUtf8(input->Line()), key = input->Line(), value = input->Rest();
  one.topic = topic;
  one.key = key;
  one.value = value;
  Buffer out;
  out.Append("x");
  const Status status = sink::AppendFileLine(out, one);
  if (!status.ok()) {
    DEMAND(out.view() == "x" && !status.message().empty() && fuzz::ValidUtf8(status.message()),
           status.message());
  } else {
    // Of what looks like JSON the sink trusts the encoder to have written UTF-8.
    DEMAND(out.view().find('\n') == out.size() - 1, out.view());
    DEMAND(fuzz::ValidUtf8(out.view()) || !fuzz::ValidUtf8(key + value), out.view());
  }
  sink::CsvWriter writer(',');
  writer.Start("");
  const size_t before = out.size();
  const Status csv = writer.Append(out, one);
  DEMAND(csv.ok() || (out.size() == before && fuzz::ValidUtf8(csv.message())), csv.message());
  (void)sink::WholeCsvLines(value);
  (void)sink::FirstCsvLine(value);
}

}  // namespace
}  // namespace penstock

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  fuzz::Input input(data, size);
  switch (input.Below(7)) {
    case 0:
      CheckJson(input.Rest());
      break;
    case 1:
      CheckHstore(&input);
      break;
    case 2:
      CheckExtensionTypes(input.Rest());
      break;
    case 3: {
      const int status = input.Between(0, 599);
      CheckAnswers(input.Rest(), status);
      break;
    }
    case 4:
      CheckFiles(&input);
      break;
    case 5:
      CheckAnyFile(&input);
      break;
    default:
      CheckSignal(&input);
  }
  return 0;
}
