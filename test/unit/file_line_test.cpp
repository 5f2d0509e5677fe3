// Lines of the file sink.
#include "extension/sink/file_line.h"

#include <gtest/gtest.h>

#include <string>

namespace penstock::sink {
namespace {

std::string Line(const Event& event) {
  event::Buffer out;
  const Status status = AppendFileLine(out, event);
  return status.ok() ? std::string(out.view()) : "error: " + status.message();
}

TEST(FileLine, JsonStandsAsItIs) {
  Event event;
  event.topic = "p.s.t";
  event.key = "{\"id\": 1}";
  event.value = "{\"a\":\"\\n\u00e4\"}";
  EXPECT_EQ(Line(event),
            "{\"topic\":\"p.s.t\",\"key\":{\"id\": 1},\"value\":{\"a\":\"\\n\u00e4\"},"
            "\"headers\":{}}\n");
}

TEST(FileLine, IdOfADocumentIsText) {
  Event event;
  event.topic = "i";
  event.key = "7";
  event.value = "{}";
  event.mapping = "{\"properties\":{}}";
  EXPECT_EQ(Line(event), "{\"topic\":\"i\",\"key\":\"7\",\"value\":{},\"headers\":{}}\n");
}

TEST(FileLine, PartitionAndTimestampStandOnce) {
  Event event;
  event.topic = "t";
  event.value = "{}";
  event.partition = 3;
  event.timestamp_ms = 1700000000123;
  EXPECT_EQ(Line(event),
            "{\"topic\":\"t\",\"partition\":3,\"timestamp\":1700000000123,\"key\":null,"
            "\"value\":{},\"headers\":{}}\n");
}

TEST(FileLine, TombstoneAndHeaders) {
  const Header headers[] = {{"op", "d"}, {"none", std::nullopt}, {"quo\"te", "a\tb"}};
  Event event;
  event.topic = "t";
  event.headers = headers;
  event.header_count = 3;
  EXPECT_EQ(Line(event),
            "{\"topic\":\"t\",\"key\":null,\"value\":null,"
            "\"headers\":{\"op\":\"d\",\"none\":null,\"quo\\\"te\":\"a\\tb\"}}\n");
}

TEST(FileLine, TextBecomesAString) {
  Event event;
  event.topic = "t";
  event.key = "order-17";
  event.value = "two\nlines";
  EXPECT_EQ(Line(event),
            "{\"topic\":\"t\",\"key\":\"order-17\",\"value\":\"two\\nlines\",\"headers\":{}}\n");
}

TEST(FileLine, LineEndsBetweenTokensBecomeSpaces) {
  Event event;
  event.topic = "t";
  event.value = "{\n\"a\":\r\n1}";
  EXPECT_EQ(Line(event), "{\"topic\":\"t\",\"key\":null,\"value\":{ \"a\":  1},\"headers\":{}}\n");
}

TEST(FileLine, BinaryIsRefusedAndLeavesNothing) {
  Event event;
  event.topic = "t";
  event.value = std::string_view("\0\0\0\0\1\xff", 6);
  event::Buffer out;
  out.Append("before");
  EXPECT_EQ(AppendFileLine(out, event).code(), StatusCode::kDataError);
  EXPECT_EQ(out.view(), "before");
}

TEST(FileLine, WhatLooksLikeJson) {
  for (const char* json : {"{}", " [1] ", "\"x\"", "true", "null", "0", "-1.5e+10", "10"}) {
    EXPECT_TRUE(LooksLikeJson(json)) << json;
  }
  for (const char* text : {"", "\"", "{", "x", "01", "1.", "-", "1e", "+1", "nul", "NaN", "1 2"}) {
    EXPECT_FALSE(LooksLikeJson(text)) << text;
  }
}

}  // namespace
}  // namespace penstock::sink
