#include "output_plugin/event/transform_options.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "output_plugin/event/plan.h"

namespace penstock::event {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kFlat = "io.debezium.transforms.ExtractNewRecordState";
constexpr const char* kOutbox = "io.debezium.transforms.outbox.EventRouter";
constexpr const char* kLogical = "io.debezium.transforms.ByLogicalTableRouter";
constexpr const char* kRegex = "org.apache.kafka.connect.transforms.RegexRouter";
constexpr const char* kZone = "io.debezium.transforms.TimezoneConverter";

Result<EventOptions> Parse(Pairs pairs) {
  pairs.emplace_back("topic.prefix", "srv");
  return ParseEventOptions(pairs);
}

std::string ErrorOf(Pairs pairs) { return Parse(std::move(pairs)).status().message(); }

TEST(TransformOptions, ChainKeepsItsOrder) {
  const EventOptions options = Parse({{"transforms", "a,b,c"},
                                      {"transforms.a.type", kRegex},
                                      {"transforms.a.regex", "srv[.](?<rest>.*)"},
                                      {"transforms.a.replacement", "${rest}"},
                                      {"transforms.b.type", kLogical},
                                      {"transforms.b.topic.regex", "public[.]t.*"},
                                      {"transforms.b.topic.replacement", "all"},
                                      {"transforms.c.type", kFlat}})
                                   .value();
  const Route route = WalkChain(options.chain, "srv.public.t1", "srv.public.t1", true);
  EXPECT_EQ(route.topic, "all");
  EXPECT_EQ(route.value_name, "all");
  EXPECT_EQ(route.shape, Shape::kFlat);
  ASSERT_EQ(route.key_fields.size(), 1u);
  EXPECT_EQ(route.key_fields[0].first, "__dbz__physicalTableIdentifier");
  EXPECT_EQ(route.key_fields[0].second, "public.t1") << "the topic that the router saw";
  EXPECT_EQ(route.rest, 3u);
}

TEST(TransformOptions, BehindAFlatteningValueNamesStay) {
  const EventOptions options = Parse({{"transforms", "u,r"},
                                      {"transforms.u.type", kFlat},
                                      {"transforms.r.type", kLogical},
                                      {"transforms.r.topic.regex", ".*"},
                                      {"transforms.r.topic.replacement", "all"}})
                                   .value();
  const Route route = WalkChain(options.chain, "srv.t", "srv.t", true);
  EXPECT_EQ(route.value_name, "srv.t");
  EXPECT_EQ(route.key_name, "all");
}

TEST(TransformOptions, PredicatesChooseByTopic) {
  const Pairs pairs = {
      {"predicates", "p"},
      {"predicates.p.type", "org.apache.kafka.connect.transforms.predicates.TopicNameMatches"},
      {"predicates.p.pattern", ".*outbox"},
      {"transforms", "o,u"},
      {"transforms.o.type", kOutbox},
      {"transforms.o.predicate", "p"},
      {"transforms.u.type", kFlat},
      {"transforms.u.predicate", "p"},
      {"transforms.u.negate", "true"}};
  const EventOptions options = Parse(pairs).value();
  EXPECT_EQ(WalkChain(options.chain, "srv.public.outbox", {}, true).shape, Shape::kOutbox);
  EXPECT_EQ(WalkChain(options.chain, "srv.public.t", {}, true).shape, Shape::kFlat);
  EXPECT_EQ(WalkChain(options.chain, "srv.public.outbox", {}, false).shape, Shape::kEnvelope);
}

TEST(TransformOptions, RefusesWhatItCannotDo) {
  EXPECT_EQ(ErrorOf({{"transforms", "x"}, {"transforms.x.type", "com.example.Mine"}}),
            "transform \"x\" of type \"com.example.Mine\" is not supported");
  EXPECT_EQ(ErrorOf({{"transforms", "x"}, {"transforms.x.type", kFlat}, {"transforms.x.y", "1"}}),
            "option \"transforms.x.y\" is not supported");
  EXPECT_EQ(ErrorOf({{"transforms", "x"},
                     {"transforms.x.type", kOutbox},
                     {"transforms.x.table.op.invalid.behavior", "explode"}}),
            "invalid value for option \"transforms.x.table.op.invalid.behavior\": \"explode\"");
  EXPECT_EQ(ErrorOf({{"transforms", "x"},
                     {"transforms.x.type", kOutbox},
                     {"transforms.x.table.fields.additional.placement", "a:elsewhere"}}),
            "invalid item \"a:elsewhere\" in option "
            "\"transforms.x.table.fields.additional.placement\"");
  EXPECT_EQ(ErrorOf({{"transforms", "o,r"},
                     {"transforms.o.type", kOutbox},
                     {"transforms.r.type", kLogical},
                     {"transforms.r.topic.regex", ".*"},
                     {"transforms.r.topic.replacement", "all"}}),
            "transform \"r\" cannot follow one that takes topics from rows");
  EXPECT_EQ(
      ErrorOf({{"transforms", "x"}, {"transforms.x.type", kFlat}, {"transforms.x.predicate", "p"}}),
      "option \"transforms.x.predicate\" names \"p\", which is not in \"predicates\"");
  EXPECT_EQ(ErrorOf({{"predicates.p.type", "x"}}),
            "option \"predicates.p.type\" belongs to no item of \"predicates\"");
  EXPECT_EQ(ErrorOf({{"table.field.event.id", "x"}}),
            "option \"table.field.event.id\" needs format=outbox");
}

TEST(TransformOptions, TimeZones) {
  auto zone = [](Pairs more) {
    more.insert(more.end(), {{"transforms", "z"}, {"transforms.z.type", kZone}});
    return Parse(std::move(more));
  };
  EXPECT_FALSE(zone({}).ok());
  EXPECT_FALSE(zone({{"transforms.z.converted.timezone", "UTC"},
                     {"transforms.z.include.list", "source:t"},
                     {"transforms.z.exclude.list", "source:t"}})
                   .ok());
  EXPECT_FALSE(zone({{"transforms.z.converted.timezone", "UTC"},
                     {"transforms.z.include.list", "source:t:source.ts_ms"}})
                   .ok());
  for (const char* bad : {":", "a,:", "source:a:b:c"}) {
    EXPECT_FALSE(
        zone({{"transforms.z.converted.timezone", "UTC"}, {"transforms.z.exclude.list", bad}}).ok())
        << bad;
  }
  const EventOptions options = zone({{"transforms.z.converted.timezone", "-03:30"},
                                     {"transforms.z.include.list", "source:t:a,t:b,u"}})
                                   .value();
  const TimeZoneRule& rule = options.chain[0].time_zone;
  EXPECT_FALSE(rule.needs_rules);
  EXPECT_EQ(rule.zone.OffsetAt(0), -12600);
  EXPECT_TRUE(rule.Moves("srv.t", "t", "b"));
  EXPECT_FALSE(rule.Moves("srv.t", "t", "c"));
  EXPECT_TRUE(rule.Moves("srv.u", "u", "c"));
  EXPECT_FALSE(rule.Moves("srv.v", "v", "c"));
}

// Paris in 2020: an hour east of UTC, two from March 29 01:00 UTC to October 25 01:00 UTC.
TEST(TimeZone, OffsetsOfLocalTimes) {
  TimeZone zone;
  zone.offset_at = [](const void*, int64_t seconds) {
    return seconds >= 1585443600 && seconds < 1603587600 ? 7200 : 3600;
  };
  EXPECT_EQ(zone.OffsetOfLocal(1585447199), 3600) << "01:59:59, before";
  EXPECT_EQ(zone.OffsetOfLocal(1585449000), 3600) << "02:30, which there is not";
  EXPECT_EQ(zone.OffsetOfLocal(1585450800), 7200) << "03:00, after";
  EXPECT_EQ(zone.OffsetOfLocal(1603593000), 7200) << "02:30, the first of two";
  EXPECT_EQ(zone.OffsetOfLocal(1603594800), 3600) << "03:00, after";
}

TEST(TopicNaming, Strategies) {
  auto topic = [](Pairs pairs, const char* schema, const char* table) {
    return BaseTopic(Parse(std::move(pairs)).value(), schema, table);
  };
  const Pairs plain;
  EXPECT_EQ(topic(plain, "s", "a b"), "srv.s.a_b");
  auto strategy = [](const std::string& name) {
    return Pairs{{"topic.naming.strategy", "io.debezium.schema." + name}};
  };
  EXPECT_EQ(topic(strategy("DefaultTopicNamingStrategy"), "s", "t"), "srv.t");
  EXPECT_EQ(topic(strategy("SchemaUnicodeTopicNamingStrategy"), "s_1", "é😀"),
            "srv.s_u005f1._u00e9_ud83d_ude00");
  EXPECT_EQ(topic(plain, "s", std::string(300, 'x').c_str()).size(), 249u);
  EXPECT_FALSE(Parse(strategy("SchemaRegexTopicNamingStrategy")).ok()) << "without topic.regex";
  EXPECT_FALSE(Parse({{"topic.regex", ".*"}}).ok()) << "without the strategy";
  EXPECT_FALSE(Parse(strategy("MyStrategy")).ok());
}

TEST(AdjustName, AvroNames) {
  EXPECT_EQ(AdjustName("1id", NameAdjustment::kAvro, NameKind::kField), "_1id");
  EXPECT_EQ(AdjustName("a-b.c", NameAdjustment::kAvro, NameKind::kField), "a_b_c");
  EXPECT_EQ(AdjustName("a-b.c", NameAdjustment::kAvro, NameKind::kSchema), "a_b.c");
  EXPECT_EQ(AdjustName("1_a\t😀", NameAdjustment::kAvroUnicode, NameKind::kField),
            "_u0031_u005fa_u009_ud83d_ude00");
  EXPECT_EQ(AdjustName("a-b", NameAdjustment::kNone, NameKind::kField), "a-b");
}

}  // namespace
}  // namespace penstock::event
