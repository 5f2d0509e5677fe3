#include "hstore.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace penstock::event {
namespace {

// A quoted string at text[*at]; \ protects the next byte.
std::string TakeQuoted(std::string_view text, size_t* at) {
  std::string result;
  for (++*at; *at < text.size() && text[*at] != '"'; ++*at) {
    if (text[*at] == '\\' && *at + 1 < text.size()) ++*at;
    result += text[*at];
  }
  ++*at;
  return result;
}

// java.lang.String.hashCode: over UTF-16 units.
uint32_t JavaHash(std::string_view utf8) {
  uint32_t hash = 0;
  for (size_t i = 0; i < utf8.size();) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    const int length = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    uint32_t point = length == 1 ? c : c & (0xFFu >> (length + 1));
    for (int j = 1; j < length && i + j < utf8.size(); ++j) {
      point = point << 6 | (static_cast<unsigned char>(utf8[i + j]) & 0x3Fu);
    }
    i += static_cast<size_t>(length);
    if (point >= 0x10000) {
      hash = hash * 31 + (0xD800 + ((point - 0x10000) >> 10));
      hash = hash * 31 + (0xDC00 + ((point - 0x10000) & 0x3FF));
    } else {
      hash = hash * 31 + point;
    }
  }
  return hash ^ (hash >> 16);  // HashMap's spread
}

}  // namespace

std::vector<HstorePair> ParseHstore(std::string_view text) {
  std::vector<HstorePair> pairs;
  size_t at = 0;
  while (at < text.size()) {
    if (text[at] != '"') {
      ++at;
      continue;
    }
    HstorePair pair;
    pair.key = TakeQuoted(text, &at);
    at += 2;  // =>
    if (at < text.size() && text[at] == '"') {
      pair.value = TakeQuoted(text, &at);
    } else {
      pair.is_null = true;
      at += 4;  // NULL
    }
    pairs.push_back(std::move(pair));
  }
  // HashMap: 16 buckets, doubled when more than three quarters are used; order within a bucket is
  // that of insertion.
  size_t buckets = 16;
  while (pairs.size() * 4 > buckets * 3) buckets *= 2;
  std::stable_sort(pairs.begin(), pairs.end(), [mask = buckets - 1](const auto& a, const auto& b) {
    return (JavaHash(a.key) & mask) < (JavaHash(b.key) & mask);
  });
  return pairs;
}

}  // namespace penstock::event
