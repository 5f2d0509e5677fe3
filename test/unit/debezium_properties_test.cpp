// No property of the connector is taken silently: each one does what it says, is accepted with the
// reason why it does not apply, or is refused with a reason.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "extension/core/sink_config.h"

namespace penstock {
namespace {

struct Property {
  std::string name, default_value, support, value;
};

std::vector<Property> ReadProperties() {
  std::vector<Property> properties;
  std::ifstream file(std::filesystem::path(__FILE__).parent_path() / ".." /
                     "debezium_properties.tsv");
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::vector<std::string> cells = SplitList(line, '\t');
    EXPECT_EQ(cells.size(), 4u) << line;
    if (cells.size() == 4) properties.push_back({cells[0], cells[1], cells[2], cells[3]});
  }
  return properties;
}

const OptionRow* RowOf(const std::string& name) {
  const OptionRow* found = nullptr;
  for (const OptionTable& table : OptionTablesOf("kafka")) {
    const OptionRow* row = FindOption(table, name);
    if (row != nullptr && row->name == name) return row;
    if (found == nullptr) found = row;
  }
  return found;
}

const char* NameOf(OptionSupport support) {
  if (support == OptionSupport::kImplemented) return "implemented";
  return support == OptionSupport::kRefused ? "refused" : "not applicable";
}

void CheckValue(const Property& property, const OptionRow& row) {
  std::string notice;
  const Status status = CheckOption("kafka", property.name, property.value, &notice);
  const std::string said = status.ok() ? notice : status.message() + " " + status.hint();
  switch (row.support) {
    case OptionSupport::kImplemented:
      EXPECT_TRUE(status.ok()) << property.name << ": " << status.message();
      EXPECT_EQ(notice, "") << property.name;
      return;
    case OptionSupport::kNotApplicable:
      EXPECT_TRUE(status.ok()) << property.name << ": " << status.message();
      break;
    case OptionSupport::kRefused:
      EXPECT_EQ(status.code(), StatusCode::kNotSupported) << property.name;
      break;
  }
  EXPECT_NE(said.find(row.help), std::string::npos) << property.name << " says only: " << said;
}

TEST(DebeziumProperties, EachStandsInTheOptionTables) {
  const std::vector<Property> properties = ReadProperties();
  ASSERT_GT(properties.size(), 130u);
  for (const Property& property : properties) {
    const OptionRow* row = RowOf(property.name);
    ASSERT_NE(row, nullptr) << property.name;
    EXPECT_EQ(NameOf(row->support), property.support) << property.name;
    EXPECT_NE(std::string(row->help), "") << property.name;
    CheckValue(property, *row);
  }
}

// What is Debezium's default changes nothing, and is accepted even where other values are not.
TEST(DebeziumProperties, DefaultsAreDebeziums) {
  for (const Property& property : ReadProperties()) {
    if (property.default_value == "-") continue;
    const OptionRow* row = RowOf(property.name);
    ASSERT_NE(row, nullptr) << property.name;
    ASSERT_NE(row->default_value, nullptr) << property.name;
    EXPECT_EQ(row->default_value, property.default_value) << property.name;
    std::string notice;
    const Status status = CheckOption("kafka", property.name, property.default_value, &notice);
    EXPECT_TRUE(status.ok()) << property.name << ": " << status.message();
  }
}

}  // namespace
}  // namespace penstock
