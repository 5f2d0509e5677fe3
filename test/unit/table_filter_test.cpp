// Tables by name: what the filters take.
#include "output_plugin/event/table_filter.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace penstock::event {
namespace {

EventOptions Options(std::vector<std::pair<std::string, std::string>> options) {
  options.emplace_back("topic.prefix", "p");
  return ParseEventOptions(options).value();
}

TEST(TableFilter, IncludeListDecides) {
  const EventOptions options = Options({{"table.include.list", R"(shop\.orders)"}});
  EXPECT_TRUE(CapturesTable(options, "shop", "orders"));
  EXPECT_FALSE(CapturesTable(options, "shop", "orders_old"));
  EXPECT_FALSE(CapturesTable(options, "public", "orders"));
}

TEST(TableFilter, ExcludeListsAndSchemas) {
  const EventOptions options =
      Options({{"schema.exclude.list", "audit"}, {"table.exclude.list", R"(shop\.log)"}});
  EXPECT_TRUE(CapturesTable(options, "shop", "orders"));
  EXPECT_FALSE(CapturesTable(options, "shop", "log"));
  EXPECT_FALSE(CapturesTable(options, "audit", "orders"));
  EXPECT_FALSE(CapturesTable(options, "penstock", "sink"));
}

TEST(TableFilter, TheTableOfPostgis) {
  EXPECT_FALSE(CapturesTable(Options({}), "public", "spatial_ref_sys"));
  const EventOptions named = Options({{"table.include.list", "gis.spatial_ref_sys"}});
  EXPECT_FALSE(CapturesTable(named, "gis", "spatial_ref_sys"));
  const EventOptions all = Options({{"table.ignore.builtin", "false"}});
  EXPECT_TRUE(CapturesTable(all, "public", "spatial_ref_sys"));
  EXPECT_FALSE(CapturesTable(all, "pg_catalog", "pg_class"));
}

TEST(TableFilter, PartitionsUnderOneNameOnly) {
  const EventOptions leaves = Options({});
  EXPECT_FALSE(HasOwnEvents(leaves, true, false, true));
  EXPECT_TRUE(HasOwnEvents(leaves, false, true, true));
  const EventOptions roots = Options({{"publish.via.partition.root", "true"}});
  EXPECT_TRUE(HasOwnEvents(roots, true, false, true));
  EXPECT_FALSE(HasOwnEvents(roots, true, true, true));
  EXPECT_FALSE(HasOwnEvents(roots, false, true, true));
  EXPECT_TRUE(HasOwnEvents(roots, false, false, true));
}

TEST(TableFilter, SnapshotsUnderQuirksReadPartitionedTablesToo) {
  const EventOptions quirks = Options({{"debezium.quirks", "true"}});
  EXPECT_TRUE(HasOwnEvents(quirks, true, false, true));
  EXPECT_FALSE(HasOwnEvents(quirks, true, false, false));
}

}  // namespace
}  // namespace penstock::event
