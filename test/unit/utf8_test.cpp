#include "extension/core/utf8.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

constexpr const char* kBad[] = {
    "\x80", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xff"};

TEST(Utf8, WhatIsUtf8) {
  EXPECT_TRUE(IsUtf8("a\u00e4\u20ac\U0001F600"));
  for (const char* bad : kBad) EXPECT_FALSE(IsUtf8(bad));
}

TEST(Utf8, ShownTextIsUtf8InOneLine) {
  EXPECT_EQ(ShownText("a\u00e4\u20ac\U0001F600", 10), "a\u00e4\u20ac\U0001F600");
  EXPECT_EQ(ShownText("line\r\nline\t\x01", 100), "line  line  ");
  EXPECT_EQ(ShownText("k\xe4se \u20ac", 100), "k?se \u20ac");
  for (const char* bad : kBad) EXPECT_TRUE(IsUtf8(ShownText(bad, 100)));
}

TEST(Utf8, ShownTextIsCutBetweenCharacters) {
  const std::string text = "ab\u20ac\u20ac";
  EXPECT_EQ(ShownText(text, 8), text);
  EXPECT_EQ(ShownText(text, 7), "ab\u20ac...");
  EXPECT_EQ(ShownText(text, 5), "ab\u20ac...");
  EXPECT_EQ(ShownText(text, 4), "ab...");
  EXPECT_EQ(ShownText(text, 0), "...");
}

}  // namespace
}  // namespace penstock
