// Tables by name: what the filters take.
#include "extension/core/table_filter.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

event::EventOptions Options(std::vector<std::pair<std::string, std::string>> options) {
  options.emplace_back("topic.prefix", "p");
  return event::ParseEventOptions(options).value();
}

TEST(TableFilter, IncludeListDecides) {
  const event::EventOptions options = Options({{"table.include.list", R"(shop\.orders)"}});
  EXPECT_TRUE(TakesTable(options, "shop", "orders"));
  EXPECT_FALSE(TakesTable(options, "shop", "orders_old"));
  EXPECT_FALSE(TakesTable(options, "public", "orders"));
}

TEST(TableFilter, ExcludeListsAndSchemas) {
  const event::EventOptions options =
      Options({{"schema.exclude.list", "audit"}, {"table.exclude.list", R"(shop\.log)"}});
  EXPECT_TRUE(TakesTable(options, "shop", "orders"));
  EXPECT_FALSE(TakesTable(options, "shop", "log"));
  EXPECT_FALSE(TakesTable(options, "audit", "orders"));
  EXPECT_FALSE(TakesTable(options, "penstock", "sink"));
}

TEST(TableFilter, PartitionsUnderOneNameOnly) {
  const event::EventOptions leaves = Options({});
  EXPECT_FALSE(TakesTable(leaves, "s", "root", true, false));
  EXPECT_TRUE(TakesTable(leaves, "s", "leaf", false, true));
  const event::EventOptions roots = Options({{"publish.via.partition.root", "true"}});
  EXPECT_TRUE(TakesTable(roots, "s", "root", true, false));
  EXPECT_FALSE(TakesTable(roots, "s", "middle", true, true));
  EXPECT_FALSE(TakesTable(roots, "s", "leaf", false, true));
  EXPECT_TRUE(TakesTable(roots, "s", "plain", false, false));
}

}  // namespace
}  // namespace penstock
