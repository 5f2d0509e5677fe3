// The generic functions over option rows.
#include "extension/core/option.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

constexpr OptionRow kRows[] = {
    {"flag", OptionScope::kSource, OptionType::kBool, "true", nullptr, 0, 0,
     OptionSupport::kImplemented, "A flag."},
    {"size.bytes", OptionScope::kSource, OptionType::kInt, "5", nullptr, 1, 10,
     OptionSupport::kImplemented, "A number."},
    {"mode", OptionScope::kSource, OptionType::kEnum, "fast", "fast|slow", 0, 0,
     OptionSupport::kImplemented, "A choice."},
    {"password", OptionScope::kSource, OptionType::kSecret, nullptr, nullptr, 0, 0,
     OptionSupport::kImplemented, "A secret."},
    {"old", OptionScope::kSource, OptionType::kInt, nullptr, nullptr, 0, 0,
     OptionSupport::kNotApplicable, "There is no such thing here."},
    {"acks", OptionScope::kSource, OptionType::kString, nullptr, nullptr, 0, 0,
     OptionSupport::kRefused, "It would lose events."},
    {"a.*", OptionScope::kSource, OptionType::kString, nullptr, nullptr, 0, 0,
     OptionSupport::kImplemented, "Short prefix."},
    {"a.b.*", OptionScope::kSource, OptionType::kString, nullptr, nullptr, 0, 0,
     OptionSupport::kImplemented, "Long prefix."},
    {"a.b.exact", OptionScope::kSource, OptionType::kBool, nullptr, nullptr, 0, 0,
     OptionSupport::kImplemented, "Exact."},
};
constexpr OptionTable kTable = {kRows, sizeof(kRows) / sizeof(kRows[0])};

Status Check(const char* name, const char* value) {
  return CheckOptionValue(*FindOption(kTable, name), name, value);
}

TEST(Option, ExactNameBeforeLongestPrefix) {
  EXPECT_STREQ(FindOption(kTable, "a.b.exact")->help, "Exact.");
  EXPECT_STREQ(FindOption(kTable, "a.b.other")->help, "Long prefix.");
  EXPECT_STREQ(FindOption(kTable, "a.c")->help, "Short prefix.");
  EXPECT_EQ(FindOption(kTable, "a."), nullptr);
  EXPECT_EQ(FindOption(kTable, "Flag"), nullptr);
}

TEST(Option, ValuesByType) {
  EXPECT_TRUE(Check("flag", " TRUE ").ok());
  EXPECT_EQ(Check("flag", "yes").message(), "invalid value for option \"flag\": \"yes\"");
  EXPECT_TRUE(Check("size.bytes", "10").ok());
  EXPECT_EQ(Check("size.bytes", "11").message(),
            "11 is outside the valid range for option \"size.bytes\" (1 .. 10)");
  EXPECT_FALSE(Check("size.bytes", "1x").ok());
  EXPECT_FALSE(Check("size.bytes", "99999999999999999999").ok());
  EXPECT_TRUE(Check("mode", "SLOW").ok());
  EXPECT_EQ(Check("mode", "quick").hint(), "Valid values are \"fast\", \"slow\".");
}

TEST(Option, SupportDecidesBeforeType) {
  EXPECT_TRUE(Check("old", "not a number").ok());
  const Status refused = Check("acks", "1");
  EXPECT_EQ(refused.code(), StatusCode::kNotSupported);
  EXPECT_EQ(refused.hint(), "It would lose events.");
}

TEST(Option, SecretsAreNotRepeated) {
  const Status status = CheckOptionValue(kRows[3], "password", std::string_view("hun\0ter2", 8));
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(status.message().find("hun"), std::string::npos);
}

TEST(Option, UnknownNamesTheNearest) {
  EXPECT_EQ(UnknownOption("size.byte", {kTable}).hint(), "Perhaps you meant \"size.bytes\".");
  EXPECT_EQ(UnknownOption("completely.different", {kTable}).hint(),
            "The view penstock.options lists all options.");
}

TEST(Option, Lists) {
  EXPECT_EQ(SplitList(" a, b ,,c"), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(SplitList("").empty());
  EXPECT_EQ(SplitList("x|y", '|').size(), 2u);
}

TEST(Option, Integers) {
  int64_t value = 7;
  EXPECT_TRUE(ParseInt64("-9223372036854775808", &value));
  EXPECT_EQ(value, INT64_MIN);
  for (const char* bad : {"", "+1", "1 ", "0x1", "9223372036854775808"}) {
    EXPECT_FALSE(ParseInt64(bad, &value)) << bad;
  }
}

}  // namespace
}  // namespace penstock
