#include "extension/core/snapshot_options.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

using Options = std::map<std::string, std::string>;
const std::string kList = "snapshot.select.statement.overrides";

TEST(SnapshotOptions, EachTableHasItsStatement) {
  Options statements;
  ASSERT_TRUE(ParseSelectOverrides(
                  {{kList, "s.a, s.b"}, {kList + ".s.a", "SELECT 1"}, {kList + ".s.b", "SELECT 2"}},
                  &statements)
                  .ok());
  EXPECT_EQ(statements, (Options{{"s.a", "SELECT 1"}, {"s.b", "SELECT 2"}}));
}

TEST(SnapshotOptions, NeitherStandsAlone) {
  Options statements;
  EXPECT_NE(ParseSelectOverrides({{kList, "s.a"}}, &statements).message().find(kList + ".s.a"),
            std::string::npos);
  EXPECT_FALSE(ParseSelectOverrides({{kList, "s.a"}, {kList + ".s.a", " "}}, &statements).ok());
  EXPECT_NE(ParseSelectOverrides({{kList + ".s.a", "SELECT 1"}}, &statements)
                .message()
                .find("not listed"),
            std::string::npos);
  statements.clear();
  EXPECT_TRUE(ParseSelectOverrides({}, &statements).ok());
  EXPECT_TRUE(statements.empty());
}

}  // namespace
}  // namespace penstock
