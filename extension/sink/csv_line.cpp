// csv_line.cpp: see csv_line.h.
#include "csv_line.h"

#include "output_plugin/event/json_text.h"

namespace penstock::sink {
namespace {

// The end of the JSON string or scalar that starts here; of an object or array too, which stays one
// piece of text.
size_t TokenEnd(std::string_view json, size_t at) {
  int depth = 0;
  bool in_string = false;
  for (; at < json.size(); ++at) {
    const char c = json[at];
    if (in_string) {
      if (c == '\\') ++at;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (depth > 0 && (c == '}' || c == ']')) {
      --depth;
    } else if (depth == 0 && (c == ',' || c == ':' || c == '}')) {
      return at;
    }
  }
  return at;
}

// Reads the members of a flat JSON object that has no white space between its tokens, which is how
// the event encoders write.
class Members {
 public:
  explicit Members(std::string_view json) : json_(json) {}

  bool IsObject() const { return json_.size() > 2 && json_.front() == '{' && json_.back() == '}'; }

  // False: there are no more.
  bool Next(std::string_view* name, std::string_view* value) {
    const size_t colon = TokenEnd(json_, at_);
    if (colon >= json_.size() || json_[colon] != ':') return false;
    const size_t end = TokenEnd(json_, colon + 1);
    *name = json_.substr(at_, colon - at_);
    *value = json_.substr(colon + 1, end - colon - 1);
    at_ = end + 1;
    return true;
  }

 private:
  std::string_view json_;
  size_t at_ = 1;
};

}  // namespace

void CsvWriter::AppendCell(event::Buffer& out, std::string_view text) const {
  const char special[] = {delimiter_, '"', '\n', '\r'};
  const bool plain =
      !text.empty() && text.find_first_of({special, sizeof special}) == std::string_view::npos;
  // Alone on a line a backslash and a dot end what COPY reads.
  if (plain && text != "\\." && text.front() != ' ' && text.back() != ' ') return out.Append(text);
  out.Append('"');
  for (const char c : text) {
    if (c == '"') out.Append('"');
    out.Append(c);
  }
  out.Append('"');
}

Status CsvWriter::Append(event::Buffer& out, const Event& event) {
  if (!event.value) return {};
  Members members(*event.value);
  const std::string topic(event.topic);
  if (!members.IsObject()) {
    return {StatusCode::kDataError, "an event for topic \"" + topic + "\" is no record of fields",
            "Delimited text needs format=pivot without schemas."};
  }
  names_.Clear();
  cells_.Clear();
  std::string_view name;
  std::string_view value;
  for (bool first = true; members.Next(&name, &value); first = false) {
    if (!first) {
      names_.Append(delimiter_);
      cells_.Append(delimiter_);
    }
    AppendCell(names_, event::PlainText(name));
    if (value != "null") AppendCell(cells_, event::PlainText(value));
  }
  names_.Append('\n');
  cells_.Append('\n');
  if (header_.empty()) {
    header_ = names_.view();
    out.Append(header_);
  } else if (header_ != names_.view()) {
    return {
        StatusCode::kDataError,
        "the columns of an event for topic \"" + topic + "\" are not those of the file's header",
        "Give tables with other key or extra columns a sink and a file of their own; after such "
        "a change of a table, move the file away."};
  }
  out.Append(cells_.view());
  return {};
}

size_t WholeCsvLines(std::string_view text) {
  size_t whole = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == '\n' && !quoted) whole = i + 1;
  }
  return whole;
}

size_t FirstCsvLine(std::string_view text) {
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == '\n' && !quoted) return i + 1;
  }
  return 0;
}

}  // namespace penstock::sink
