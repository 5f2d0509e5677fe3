#include "document_id.h"

#include "json_text.h"
#include "sha256.h"

namespace penstock::event {
namespace {

// Kinds whose stored value is the text.
bool IsStoredText(Kind kind) {
  switch (kind) {
    case Kind::kText:
    case Kind::kXml:
    case Kind::kLtree:
    case Kind::kTsvector:
    case Kind::kEnum:
    case Kind::kKeyword:
      return true;
    default:
      return false;
  }
}

void AppendProtected(Buffer& out, std::string_view text, bool several) {
  for (size_t at; (at = text.find_first_of(several ? "~_" : "~")) != std::string_view::npos;) {
    out.Append(text.substr(0, at));
    out.Append(text[at] == '~' ? "~0" : "~1");
    text.remove_prefix(at + 1);
  }
  out.Append(text);
}

// In place of what was written from start on.
void Hash(Buffer& out, size_t start) {
  char digest[kSha256Bytes];
  Sha256(out.view().substr(start), digest);
  out.Truncate(start);
  out.Append("~h");
  AppendHex(out, digest, sizeof digest);
}

}  // namespace

void AppendText(Buffer& out, const Column& column, const FieldValue& value) {
  if (IsStoredText(column.kind)) return out.Append({value.bytes, value.size});
  const size_t start = out.size();
  (void)WriteValue(out, column, value, WriteMode{});
  // Strings of the other kinds have nothing to escape; JSON is its own text, quotes and all.
  if (column.kind == Kind::kRawJson || out.view()[start] != '"') return;
  const size_t size = out.size() - start - 2;
  char* text = out.MutableData() + start;
  std::memmove(text, text + 1, size);
  out.Truncate(start + size);
}

void AppendDocumentId(Buffer& out, const std::vector<TextPart>& key, const FieldValue* row,
                      Buffer& scratch) {
  const bool several = key.size() > 1;
  const size_t start = out.size();
  for (const TextPart& part : key) {
    if (several && &part != &key.front()) out.Append('_');
    const FieldValue& value = row[static_cast<size_t>(part.index)];
    if (value.state != FieldState::kValue) {
      out.Append("~n");
      continue;
    }
    scratch.Clear();
    AppendText(scratch, part.column, value);
    AppendProtected(out, scratch.view(), several);
  }
  if (out.size() == start) out.Append("~e");
  if (out.size() - start > kLongestId) Hash(out, start);
}

}  // namespace penstock::event
