// JSON that others wrote.
#include "extension/core/json.h"

#include <gtest/gtest.h>

#include <string>

namespace penstock {
namespace {

bool Reads(std::string_view text) {
  rapidjson::Document document;
  return ParseJson(text, &document);
}

std::string Nested(int depth) {
  return std::string(static_cast<size_t>(depth), '[') +
         std::string(static_cast<size_t>(depth), ']');
}

TEST(Json, IsReadToADepth) {
  EXPECT_TRUE(Reads(Nested(kDeepestJson)));
  EXPECT_FALSE(Reads(Nested(kDeepestJson + 1)));
  EXPECT_FALSE(Reads(Nested(10'000'000)));  // as deep a stack there is not
}

TEST(Json, BracketsInStringsAreNoDepth) {
  const std::string brackets(1000, '[');
  EXPECT_TRUE(Reads("{\"a\":\"" + brackets + "\"}"));
  EXPECT_TRUE(Reads("[\"\\\"" + brackets + "\", \"\\\\\"]"));
  EXPECT_FALSE(Reads("[\"\\\\\"," + Nested(1000) + "]"));
}

TEST(Json, SiblingsAreNoDepth) {
  std::string list = "[";
  for (int i = 0; i < 1000; ++i) list += "{},";
  EXPECT_TRUE(Reads(list + "0]"));
}

TEST(Json, OtherTextIsRefused) {
  for (const char* text : {"", "{", "]", "{\"a\":}", "a", "{} {}"})
    EXPECT_FALSE(Reads(text)) << text;
  EXPECT_FALSE(Reads(std::string("1\0 2", 4)));
  EXPECT_FALSE(Reads("\xBFnull"));
}

}  // namespace
}  // namespace penstock
