// Positions from acknowledgements in any order, compared with the plain definition.
#include "extension/core/delivery_tracker.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace penstock {
namespace {

TEST(DeliveryTracker, PositionFollowsTheOldestTransaction) {
  DeliveryTracker tracker;
  auto* a = tracker.Add(10);
  tracker.EndTransaction(100);
  auto* b = tracker.Add(20);
  tracker.EndTransaction(200);
  tracker.Acknowledge(b, 20);
  EXPECT_EQ(tracker.DeliveredLsn(), 0u);
  EXPECT_EQ(tracker.InFlightBytes(), 10u);
  tracker.Acknowledge(a, 10);
  EXPECT_EQ(tracker.DeliveredLsn(), 200u);
  EXPECT_EQ(tracker.InFlightEvents(), 0u);
}

TEST(DeliveryTracker, OpenTransactionHoldsThePosition) {
  DeliveryTracker tracker;
  tracker.Acknowledge(tracker.Add(1), 1);
  EXPECT_EQ(tracker.DeliveredLsn(), 0u);
  tracker.EndTransaction(100);
  EXPECT_EQ(tracker.DeliveredLsn(), 100u);
}

TEST(DeliveryTracker, SnapshotRowsAreOneGroup) {
  DeliveryTracker tracker;
  std::vector<DeliveryTracker::Group*> groups;
  for (int i = 0; i < 1000; ++i) groups.push_back(tracker.Add(1));
  EXPECT_EQ(tracker.GroupCount(), 1u);
  tracker.EndTransaction(50);
  for (size_t i = 0; i + 1 < groups.size(); ++i) tracker.Acknowledge(groups[i], 1);
  EXPECT_EQ(tracker.DeliveredLsn(), 0u);
  tracker.Acknowledge(groups.back(), 1);
  EXPECT_EQ(tracker.DeliveredLsn(), 50u);
}

TEST(DeliveryTracker, EmptyTransactions) {
  DeliveryTracker tracker;
  tracker.EndTransaction(10);
  EXPECT_EQ(tracker.DeliveredLsn(), 10u);
  auto* group = tracker.Add(1);
  tracker.EndTransaction(20);
  tracker.EndTransaction(30);
  EXPECT_EQ(tracker.DeliveredLsn(), 10u);
  tracker.Acknowledge(group, 1);
  EXPECT_EQ(tracker.DeliveredLsn(), 30u);
}

TEST(DeliveryTracker, RefusedEventLeavesNoTrace) {
  DeliveryTracker tracker;
  auto* group = tracker.Add(5);
  tracker.TakeBack(group, 5);
  EXPECT_EQ(tracker.InFlightBytes(), 0u);
  tracker.EndTransaction(10);
  EXPECT_EQ(tracker.DeliveredLsn(), 10u);
}

TEST(DeliveryTracker, MemoryStaysFlatBehindAStuckTransaction) {
  DeliveryTracker tracker;
  auto* stuck = tracker.Add(1);
  tracker.EndTransaction(1);
  for (uint64_t lsn = 2; lsn < 100000; ++lsn) {
    tracker.Acknowledge(tracker.Add(1), 1);
    tracker.EndTransaction(lsn);
    ASSERT_LE(tracker.GroupCount(), 2u);
  }
  EXPECT_EQ(tracker.DeliveredLsn(), 0u);
  tracker.Acknowledge(stuck, 1);
  EXPECT_EQ(tracker.DeliveredLsn(), 99999u);
  EXPECT_EQ(tracker.GroupCount(), 0u);
}

// What the position is by definition: transactions are looked at in order until one is not done.
struct Model {
  struct Transaction {
    uint64_t end_lsn;
    int outstanding;
  };
  std::vector<Transaction> transactions;

  uint64_t Delivered() const {
    uint64_t lsn = 0;
    for (const Transaction& transaction : transactions) {
      if (transaction.outstanding > 0 || transaction.end_lsn == 0) break;
      lsn = transaction.end_lsn;
    }
    return lsn;
  }
};

struct Outstanding {
  DeliveryTracker::Group* group;
  size_t transaction;
  size_t bytes;
};

void RunRandom(unsigned seed) {
  std::mt19937 random(seed);
  DeliveryTracker tracker;
  Model model;
  model.transactions.push_back({0, 0});
  std::vector<Outstanding> outstanding;
  uint64_t lsn = 0;
  uint64_t bytes_in_flight = 0;
  for (int step = 0; step < 5000; ++step) {
    const unsigned dice = random() % 10;
    if (dice < 4) {
      const size_t bytes = random() % 100;
      outstanding.push_back({tracker.Add(bytes), model.transactions.size() - 1, bytes});
      ++model.transactions.back().outstanding;
      bytes_in_flight += bytes;
    } else if (dice < 6) {
      lsn += 1 + random() % 10;
      tracker.EndTransaction(lsn);
      model.transactions.back().end_lsn = lsn;
      model.transactions.push_back({0, 0});
    } else if (!outstanding.empty()) {
      const size_t pick = random() % outstanding.size();
      const Outstanding done = outstanding[pick];
      outstanding[pick] = outstanding.back();
      outstanding.pop_back();
      tracker.Acknowledge(done.group, done.bytes);
      --model.transactions[done.transaction].outstanding;
      bytes_in_flight -= done.bytes;
    }
    ASSERT_EQ(tracker.DeliveredLsn(), model.Delivered()) << "seed " << seed << " step " << step;
    ASSERT_EQ(tracker.InFlightEvents(), outstanding.size());
    ASSERT_EQ(tracker.InFlightBytes(), bytes_in_flight);
    ASSERT_LE(tracker.GroupCount(), outstanding.size() + 1);
  }
}

TEST(DeliveryTracker, AgreesWithTheDefinitionForRandomOrders) {
  for (unsigned seed = 1; seed <= 20; ++seed) RunRandom(seed);
}

}  // namespace
}  // namespace penstock
