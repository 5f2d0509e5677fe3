#include "output_plugin/event/row_compare.h"

#include <gtest/gtest.h>

#include "field_values.h"

namespace penstock::event {
namespace {

// id (key, not in the value) and v with default 'd'.
RelationPlan Plan() {
  RelationPlan plan;
  Column id, v;
  id.name = "id";
  id.kind = Kind::kInt32;
  v.name = "v";
  v.has_default = true;
  v.default_json = "\"d\"";
  plan.columns.push_back(std::move(id));
  plan.columns.push_back(std::move(v));
  plan.in_value = {false, true};
  plan.key = {0};
  const EventOptions options = ParseEventOptions({{"topic.prefix", "srv"}}).value();
  EXPECT_TRUE(FinishPlan(&plan, options).ok());
  return plan;
}

bool Same(const std::vector<FieldValue>& before, const std::vector<FieldValue>& after,
          bool quirks = false) {
  Buffer scratch;
  return ShowsSameRow(Plan(), before.data(), after.data(), {quirks, false}, scratch);
}

TEST(RowCompare, Values) {
  EXPECT_TRUE(Same({Number(1), Bytes("d")}, {Number(1), Bytes("d")}));
  EXPECT_FALSE(Same({Number(1), Bytes("d")}, {Number(1), Bytes("e")}));
}

TEST(RowCompare, NullIsNotItsDefault) {
  EXPECT_FALSE(Same({Number(1), State(FieldState::kNull)}, {Number(1), Bytes("d")}));
  EXPECT_TRUE(Same({Number(1), State(FieldState::kNull)}, {Number(1), State(FieldState::kNull)}));
}

TEST(RowCompare, NorIsWhatCannotBeExpressed) {
  RelationPlan plan = Plan();
  plan.columns[1].kind = Kind::kTimestampNanos;
  plan.columns[1].default_json = "0";
  const EventOptions options = ParseEventOptions({{"topic.prefix", "srv"}}).value();
  ASSERT_TRUE(FinishPlan(&plan, options).ok());
  Buffer scratch;
  const FieldValue beyond[] = {Number(1), Number(INT64_C(300000000000000000))};  // the year 11506
  const FieldValue epoch[] = {Number(1), Number(INT64_C(-946684800000000))};     // 1970-01-01
  EXPECT_FALSE(ShowsSameRow(plan, beyond, epoch, {true, false}, scratch));
  EXPECT_TRUE(ShowsSameRow(plan, beyond, beyond, {true, false}, scratch));
}

TEST(RowCompare, WhatIsNotLoggedMayHaveChanged) {
  EXPECT_FALSE(Same({Number(1), State(FieldState::kAbsent)}, {Number(1), Bytes("d")}));
}

TEST(RowCompare, AKeyOutsideTheValueCountsButUnderQuirks) {
  EXPECT_FALSE(Same({Number(1), Bytes("d")}, {Number(2), Bytes("d")}));
  EXPECT_TRUE(Same({Number(1), Bytes("d")}, {Number(2), Bytes("d")}, true));
}

}  // namespace
}  // namespace penstock::event
