// Back-off with an injected clock and random source.
#include "extension/core/retry.h"

#include <gtest/gtest.h>

namespace penstock {
namespace {

TEST(Backoff, GrowsToTheCapAndStartsAgain) {
  int64_t now = 1000;
  Backoff backoff({100, 1000, 2.0, 0.2}, [&] { return now; }, [] { return 0.5; });
  EXPECT_TRUE(backoff.Due());
  EXPECT_EQ(backoff.Fail(), 100);
  EXPECT_EQ(backoff.Fail(), 200);
  EXPECT_EQ(backoff.Fail(), 400);
  EXPECT_EQ(backoff.Fail(), 800);
  EXPECT_EQ(backoff.Fail(), 1000);
  EXPECT_EQ(backoff.Fail(), 1000);
  EXPECT_EQ(backoff.failures(), 6);
  backoff.Succeed();
  EXPECT_TRUE(backoff.Due());
  EXPECT_EQ(backoff.Fail(), 100);
}

TEST(Backoff, DueWhenTheClockSaysSo) {
  int64_t now = 0;
  Backoff backoff({100, 1000, 2.0, 0.0}, [&] { return now; }, [] { return 0.0; });
  backoff.Fail();
  EXPECT_EQ(backoff.WaitMs(), 100);
  now = 99;
  EXPECT_FALSE(backoff.Due());
  now = 100;
  EXPECT_TRUE(backoff.Due());
}

TEST(Backoff, JitterStaysInItsRange) {
  double random = 0;
  const auto first_delay = [&] {
    return Backoff({1000, 60000, 2.0, 0.2}, [] { return 0; }, [&] { return random; }).Fail();
  };
  EXPECT_EQ(first_delay(), 800);
  random = 0.999999;
  EXPECT_EQ(first_delay(), 1199);
}

TEST(Backoff, DefaultRandomIsInRange) {
  const Random random = DefaultRandom();
  for (int i = 0; i < 1000; ++i) {
    const double value = random();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
  }
}

}  // namespace
}  // namespace penstock
