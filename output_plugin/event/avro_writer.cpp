#include "avro_writer.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "base64.h"
#include "json_text.h"

namespace penstock::event {
namespace {

constexpr size_t kVarintBytes = 10;
// Of JSON; a level takes some 150 bytes of stack (-fstack-usage).
constexpr int kMaxTreeDepth = 5'000;
constexpr int kDoubleDigits = std::numeric_limits<double>::digits10;

// Branches of the union that is a JSON value (avro_schema.cpp), as Avro writes their numbers.
enum Branch : char {
  kNullBranch = 0,
  kBooleanBranch = 2,
  kLongBranch = 4,
  kDoubleBranch = 6,
  kStringBranch = 8,
  kArrayBranch = 10,
  kObjectBranch = 12,
  kNumberBranch = 14,
};

int SignificantDigits(std::string_view number) {
  int count = 0;
  for (const char c : number) {
    if (c == 'e' || c == 'E') break;
    const bool digit = c >= '0' && c <= '9';
    if (digit && (c != '0' || count > 0)) ++count;
  }
  return count;
}

// Whether a double gives back all the digits of a JSON number.
bool FitsDouble(std::string_view number, double value) {
  const int digits = SignificantDigits(number);
  return digits <= kDoubleDigits &&
         (digits == 0 || std::fabs(value) >= std::numeric_limits<double>::min());
}

// Zigzag, seven bits a byte, the lowest first.
size_t PutLong(char* to, int64_t value) {
  uint64_t bits = static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
  size_t n = 0;
  for (; bits >= 0x80; bits >>= 7) to[n++] = static_cast<char>(bits | 0x80);
  to[n++] = static_cast<char>(bits);
  return n;
}

void AppendLong(Buffer& out, int64_t value) {
  out.Advance(PutLong(out.Reserve(kVarintBytes), value));
}

// Puts a count before what was appended since start: it was not known before.
void InsertCount(Buffer& out, size_t start, int64_t count) {
  char digits[kVarintBytes];
  const size_t n = PutLong(digits, count);
  (void)out.Reserve(n);
  char* at = out.MutableData() + start;
  std::memmove(at + n, at, out.size() - start);
  std::memcpy(at, digits, n);
  out.Advance(n);
}

class Walk {
 public:
  Walk(Buffer& out, std::string_view json)
      : out_(out), at_(json.data()), end_(json.data() + json.size()) {}

  bool AtEnd() const { return at_ == end_; }

  bool Value(const AvroNode& node) {
    if (node.optional) {
      const bool is_null = Take("null");
      out_.Append(is_null == node.null_first ? '\0' : '\2');  // the branch: 0 or 1
      if (is_null) return true;
    }
    switch (node.type) {
      case AvroType::kBoolean:
        return Boolean();
      case AvroType::kInt:
      case AvroType::kLong:
        return Integer();
      case AvroType::kFloat:
        return Real<float>();
      case AvroType::kDouble:
        return Real<double>();
      case AvroType::kBytes:
        return Bytes(true);
      case AvroType::kString:
        return String();
      case AvroType::kArray:
        return Blocks(node, '[', ']', &Walk::Item);
      case AvroType::kMap:
        return Blocks(node, '{', '}', &Walk::MapEntry);
      case AvroType::kEntries:
        return Blocks(node, '[', ']', &Walk::PairEntry);
      case AvroType::kRecord:
        return Record(node);
      case AvroType::kTree:
        if (!Tree(0)) return false;
        SkipSpace();
        return true;
    }
    return false;
  }

  // Of bytes that are a whole key or value Confluent's serializer writes no length.
  bool Bytes(bool with_length) {
    std::string_view text;
    bool escaped;
    if (!Quoted(&text, &escaped) || escaped) return false;
    const size_t size = Base64Size(text);
    if (with_length) AppendLong(out_, static_cast<int64_t>(size));
    if (!DecodeBase64(text, out_.Reserve(size + 1))) return false;
    out_.Advance(size);
    return true;
  }

 private:
  bool Take(std::string_view literal) {
    if (static_cast<size_t>(end_ - at_) < literal.size()) return false;
    if (std::memcmp(at_, literal.data(), literal.size()) != 0) return false;
    at_ += literal.size();
    return true;
  }

  bool Take(char c) {
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }

  bool Boolean() {
    if (Take("true")) return out_.Append('\1'), true;
    if (Take("false")) return out_.Append('\0'), true;
    return false;
  }

  bool Integer() {
    int64_t value;
    const auto parsed = std::from_chars(at_, end_, value);
    if (parsed.ec != std::errc()) return false;
    at_ = parsed.ptr;
    AppendLong(out_, value);
    return true;
  }

  // Little-endian, as the machines that PostgreSQL is built for here are.
  template <typename T>
  bool Real() {
    T value;
    if (Take("\"NaN\"")) {
      value = std::numeric_limits<T>::quiet_NaN();
    } else if (Take("\"Infinity\"")) {
      value = std::numeric_limits<T>::infinity();
    } else if (Take("\"-Infinity\"")) {
      value = -std::numeric_limits<T>::infinity();
    } else {
      const auto parsed = std::from_chars(at_, end_, value);
      if (parsed.ec != std::errc()) return false;
      at_ = parsed.ptr;
    }
    std::memcpy(out_.Reserve(sizeof value), &value, sizeof value);
    out_.Advance(sizeof value);
    return true;
  }

  // What stands between quotes, as it is written.
  bool Quoted(std::string_view* text, bool* escaped) {
    if (!Take('"')) return false;
    const char* const start = at_;
    *escaped = false;
    for (;;) {
      const void* found = std::memchr(at_, '"', static_cast<size_t>(end_ - at_));
      if (found == nullptr) return false;
      const char* quote = static_cast<const char*>(found);
      const void* slash = std::memchr(at_, '\\', static_cast<size_t>(quote - at_));
      if (slash == nullptr) {
        *text = {start, static_cast<size_t>(quote - start)};
        at_ = quote + 1;
        return true;
      }
      *escaped = true;
      at_ = static_cast<const char*>(slash) + 2;  // what is escaped may be a quote
      if (at_ > end_) return false;
    }
  }

  bool String() {
    std::string_view text;
    bool escaped;
    if (!Quoted(&text, &escaped)) return false;
    if (escaped) {
      plain_.clear();
      if (!AppendUnescaped(&plain_, text)) return false;
      text = plain_;
    }
    AppendLong(out_, static_cast<int64_t>(text.size()));
    out_.Append(text);
    return true;
  }

  bool Record(const AvroNode& node) {
    char before = '{';
    for (const AvroNode& member : node.members) {
      if (!Take(before) || !Take(member.label) || !Value(member)) return false;
      before = ',';
    }
    return (before == ',' || Take('{')) && Take('}');
  }

  bool Item(const AvroNode& node) { return Value(node.members[0]); }

  bool MapEntry(const AvroNode& node) { return String() && Take(':') && Value(node.members[0]); }

  bool PairEntry(const AvroNode& node) {
    return Take('[') && Value(node.members[0]) && Take(',') && Value(node.members[1]) && Take(']');
  }

  // One block of entries, and the empty block that ends an array or map.
  bool Blocks(const AvroNode& node, char open, char close, bool (Walk::*entry)(const AvroNode&)) {
    if (!Take(open)) return false;
    const size_t start = out_.size();
    int64_t count = 0;
    while (!Take(close)) {
      if (count != 0 && !Take(',')) return false;
      if (!(this->*entry)(node)) return false;
      ++count;
    }
    if (count != 0) InsertCount(out_, start, count);
    out_.Append('\0');
    return true;
  }

  // Other JSON than ours may have spaces between its parts.
  void SkipSpace() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  bool Tree(int depth) {
    SkipSpace();
    if (at_ == end_ || depth == kMaxTreeDepth) return false;
    switch (*at_) {
      case 'n':
        return out_.Append(kNullBranch), Take("null");
      case 't':
      case 'f':
        return out_.Append(kBooleanBranch), Boolean();
      case '"':
        return out_.Append(kStringBranch), String();
      case '[':
        return out_.Append(kArrayBranch), Branches(']', depth);
      case '{':
        return out_.Append(kObjectBranch), Branches('}', depth);
      default:
        return TreeNumber();
    }
  }

  // The members of an array or object, whose first character comes next.
  bool Branches(char close, int depth) {
    ++at_;
    const size_t start = out_.size();
    int64_t count = 0;
    for (SkipSpace(); !Take(close); SkipSpace(), ++count) {
      if (count != 0 && !Take(',')) return false;
      if (close == '}') {
        SkipSpace();
        if (!String()) return false;
        SkipSpace();
        if (!Take(':')) return false;
      }
      if (!Tree(depth + 1)) return false;
    }
    if (count != 0) InsertCount(out_, start, count);
    out_.Append('\0');
    return true;
  }

  // As long, as double, or as text where neither keeps all digits.
  bool TreeNumber() {
    const std::string_view rest(at_, static_cast<size_t>(end_ - at_));
    const size_t size = std::min(rest.find_first_not_of("+-.0123456789eE"), rest.size());
    const std::string_view number = rest.substr(0, size);
    const char* const end = at_ + size;
    int64_t whole;
    double real = 0;
    if (const auto parsed = std::from_chars(at_, end, whole);
        parsed.ptr == end && parsed.ec == std::errc()) {
      out_.Append(kLongBranch);
      AppendLong(out_, whole);
    } else if (const auto other = std::from_chars(at_, end, real);
               other.ptr != end || other.ec == std::errc::invalid_argument) {
      return false;
    } else if (other.ec == std::errc() && FitsDouble(number, real)) {
      out_.Append(kDoubleBranch);
      std::memcpy(out_.Reserve(sizeof real), &real, sizeof real);
      out_.Advance(sizeof real);
    } else {
      out_.Append(kNumberBranch);
      AppendLong(out_, static_cast<int64_t>(size));
      out_.Append(number);
    }
    at_ = end;
    return true;
  }

  Buffer& out_;
  const char* at_;
  const char* const end_;
  std::string plain_;  // a text without its escapes
};

}  // namespace

Status AppendAvro(Buffer& out, const AvroSchema& schema, std::string_view json) {
  const size_t start = out.size();
  std::memset(out.Reserve(kWireHeadBytes), 0, kWireHeadBytes);
  out.Advance(kWireHeadBytes);
  Walk walk(out, json);
  const AvroNode& root = schema.root;
  const bool raw = root.type == AvroType::kBytes && !root.optional;
  if ((raw ? walk.Bytes(false) : walk.Value(root)) && walk.AtEnd()) return {};
  out.Truncate(start);
  return Status(StatusCode::kDataError,
                "an event does not fit its Avro schema \"" + schema.name + "\"");
}

PenstockSchema Described(const AvroSchema* schema) {
  if (schema == nullptr) return {};
  return {schema->serial, schema->text.c_str(), static_cast<uint32_t>(schema->text.size()),
          schema->name.c_str(), static_cast<uint32_t>(schema->name.size())};
}

}  // namespace penstock::event
