// digest.cpp: MD5 (RFC 1321), SHA-1 (FIPS 180-4) and the table of all digests.
#include "digest.h"

#include <cstdint>
#include <cstring>

#include "extension/core/option.h"
#include "sha256.h"
#include "sha512.h"

namespace penstock::event {
namespace {

constexpr size_t kBlock = 64;

uint32_t RotateLeft(uint32_t x, int n) { return x << n | x >> (32 - n); }

using Compress = void (*)(uint32_t* state, const unsigned char* block);

// Runs the blocks of a message and of its padding: a one bit, zeros, and the length in bits.
void Run(std::string_view message, bool big_endian, Compress compress, uint32_t* state) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  size_t rest = message.size();
  for (; rest >= kBlock; rest -= kBlock, bytes += kBlock) compress(state, bytes);
  unsigned char last[2 * kBlock] = {};
  if (rest != 0) std::memcpy(last, bytes, rest);
  last[rest] = 0x80;
  const size_t size = rest + 9 <= kBlock ? kBlock : 2 * kBlock;
  const uint64_t bits = static_cast<uint64_t>(message.size()) * 8;
  for (size_t i = 0; i < 8; ++i) {
    const size_t at = big_endian ? size - 1 - i : size - 8 + i;
    last[at] = static_cast<unsigned char>(bits >> (8 * i));
  }
  for (size_t at = 0; at < size; at += kBlock) compress(state, last + at);
}

constexpr uint32_t kMd5Constants[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
constexpr int kMd5Shifts[4][4] = {
    {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

void CompressMd5(uint32_t* state, const unsigned char* block) {
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  for (int i = 0; i < 64; ++i) {
    uint32_t f;
    int word;
    switch (i / 16) {
      case 0:
        f = (b & c) | (~b & d);
        word = i;
        break;
      case 1:
        f = (d & b) | (~d & c);
        word = (5 * i + 1) % 16;
        break;
      case 2:
        f = b ^ c ^ d;
        word = (3 * i + 5) % 16;
        break;
      default:
        f = c ^ (b | ~d);
        word = 7 * i % 16;
    }
    const unsigned char* p = block + word * 4;
    const uint32_t w = static_cast<uint32_t>(p[3]) << 24 | static_cast<uint32_t>(p[2]) << 16 |
                       static_cast<uint32_t>(p[1]) << 8 | p[0];
    const uint32_t next = b + RotateLeft(a + f + kMd5Constants[i] + w, kMd5Shifts[i / 16][i % 4]);
    a = d;
    d = c;
    c = b;
    b = next;
  }
  const uint32_t sums[4] = {a, b, c, d};
  for (int i = 0; i < 4; ++i) state[i] += sums[i];
}

void Md5(std::string_view message, char* digest) {
  uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  Run(message, false, CompressMd5, state);
  for (int i = 0; i < 16; ++i) digest[i] = static_cast<char>(state[i / 4] >> (i % 4 * 8));
}

void CompressSha1(uint32_t* state, const unsigned char* block) {
  static constexpr uint32_t kConstants[4] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
  uint32_t w[80];
  for (int i = 0; i < 16; ++i) {
    const unsigned char* p = block + i * 4;
    w[i] = static_cast<uint32_t>(p[0]) << 24 | static_cast<uint32_t>(p[1]) << 16 |
           static_cast<uint32_t>(p[2]) << 8 | p[3];
  }
  for (int i = 16; i < 80; ++i) w[i] = RotateLeft(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
  for (int i = 0; i < 80; ++i) {
    const int round = i / 20;
    const uint32_t f = round == 0   ? (b & c) | (~b & d)
                       : round == 2 ? (b & c) | (b & d) | (c & d)
                                    : b ^ c ^ d;
    const uint32_t next = RotateLeft(a, 5) + f + e + kConstants[round] + w[i];
    e = d;
    d = c;
    c = RotateLeft(b, 30);
    b = a;
    a = next;
  }
  const uint32_t sums[5] = {a, b, c, d, e};
  for (int i = 0; i < 5; ++i) state[i] += sums[i];
}

void Sha1(std::string_view message, char* digest) {
  uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  Run(message, true, CompressSha1, state);
  for (int i = 0; i < 20; ++i) digest[i] = static_cast<char>(state[i / 4] >> (24 - i % 4 * 8));
}

// Names that stand for another: Java knows both.
constexpr Digest kDigests[] = {
    {"MD5", 16, Md5},        {"SHA-1", 20, Sha1},     {"SHA-256", kSha256Bytes, Sha256},
    {"SHA-384", 48, Sha384}, {"SHA-512", 64, Sha512}, {"SHA1", 20, Sha1},
    {"SHA", 20, Sha1},
};
constexpr int kOwnNames = 5;

}  // namespace

const Digest* FindDigest(std::string_view name) {
  for (const Digest& digest : kDigests) {
    if (EqualsIgnoreCase(digest.name, name)) return &digest;
  }
  return nullptr;
}

std::string DigestNames() {
  std::string names;
  for (int i = 0; i < kOwnNames; ++i) names += (i == 0 ? "" : ", ") + std::string(kDigests[i].name);
  return names;
}

std::string NameUuid(std::string_view name) {
  static constexpr char kHex[] = "0123456789abcdef";
  char bytes[16];
  Md5(name, bytes);
  bytes[6] = static_cast<char>((bytes[6] & 0x0F) | 0x30);  // version 3
  bytes[8] = static_cast<char>((bytes[8] & 0x3F) | 0x80);  // variant of RFC 4122
  std::string text;
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kHex[(bytes[i] >> 4) & 15];
    text += kHex[bytes[i] & 15];
  }
  return text;
}

}  // namespace penstock::event
