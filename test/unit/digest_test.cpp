#include "output_plugin/event/digest.h"

#include <gtest/gtest.h>

#include <string>

#include "output_plugin/event/json_text.h"

namespace penstock::event {
namespace {

std::string HexOf(const char* name, const std::string& message) {
  const Digest* digest = FindDigest(name);
  if (digest == nullptr) return "unknown";
  char bytes[kMaxDigestBytes];
  digest->compute(message, bytes);
  Buffer hex;
  AppendHex(hex, bytes, static_cast<size_t>(digest->bytes));
  return std::string(hex.view());
}

// The SHA-256 of the digests of messages of 0 to 299 bytes.
std::string OfAllLengths(const char* name) {
  std::string digests;
  for (int size = 0; size < 300; ++size) {
    std::string message;
    for (int i = 0; i < size; ++i) message += static_cast<char>(i * 7 + size);
    digests += HexOf(name, message);
  }
  return HexOf("SHA-256", digests);
}

// From the standards.
TEST(Digest, KnownOnes) {
  EXPECT_EQ(HexOf("MD5", ""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(HexOf("SHA-1", ""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(HexOf("SHA-256", ""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(HexOf("SHA-384", ""),
            "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2"
            "f14898b95b");
  EXPECT_EQ(HexOf("SHA-512", ""),
            "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318"
            "d2877eec2f63b931bd47417a81a538327af927da3e");
  EXPECT_EQ(HexOf("MD5", "abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(HexOf("SHA-1", "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(HexOf("SHA-256", "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HexOf("SHA-384", "abc"),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baec"
            "a134c825a7");
  EXPECT_EQ(HexOf("SHA-512", "abc"),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c"
            "23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

// Lengths around the ends of blocks, where padding takes one block more.
TEST(Digest, EveryLengthUpToThreeBlocks) {
  EXPECT_EQ(OfAllLengths("MD5"),
            "eff9290c361e5eaa9fa46cf2b525af85a8d3f5a857e6213339acbfeb0da09cd4");
  EXPECT_EQ(OfAllLengths("SHA-1"),
            "0d3b889248aafd116147ec20508e9b74efbe81147a909d27928d501ef8252084");
  EXPECT_EQ(OfAllLengths("SHA-256"),
            "def85da8f53f8ad58eda585dce61c0d7bfbb3da6924badae49d32d11288c576f");
  EXPECT_EQ(OfAllLengths("SHA-384"),
            "10113922e1739f53de41ce96fa1c9801531ca19d0eeedf066996a360053f0d31");
  EXPECT_EQ(OfAllLengths("SHA-512"),
            "3fc0957efd71e6e6fe7b8f784a62e21aaf63d8de2bed89a7d5d097825e0787ce");
}

TEST(Digest, NamesAsJavaKnowsThem) {
  EXPECT_EQ(FindDigest("sha-256"), FindDigest("SHA-256"));
  EXPECT_NE(FindDigest("SHA"), nullptr);
  EXPECT_EQ(FindDigest("MD4"), nullptr);
  EXPECT_EQ(DigestNames(), "MD5, SHA-1, SHA-256, SHA-384, SHA-512");
}

// As Debezium recorded them for arrays of uuid.
TEST(Digest, UuidsOfNamesAsJava) {
  EXPECT_EQ(NameUuid("__debezium_unavailable_value"), "b68a35a7-17ad-35b3-af2a-ae46edb4545a");
  EXPECT_EQ(NameUuid("gone"), "50c1f58b-e7f5-347e-8f53-d64c094783c2");
}

}  // namespace
}  // namespace penstock::event
