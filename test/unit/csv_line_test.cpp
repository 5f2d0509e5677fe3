// Delimited text: what a reader of RFC 4180 and PostgreSQL's COPY make of it.
#include "extension/sink/csv_line.h"

#include <gtest/gtest.h>

#include <string>

namespace penstock::sink {
namespace {

Event Record(std::string_view value) {
  Event event;
  event.topic = "t";
  event.value = value;
  return event;
}

std::string Written(CsvWriter* writer, std::string_view value) {
  event::Buffer out;
  const Status status = writer->Append(out, Record(value));
  return status.ok() ? std::string(out.view()) : status.message();
}

TEST(CsvLineTest, HeaderComesOnce) {
  CsvWriter writer(',');
  EXPECT_EQ(Written(&writer, R"({"a":1,"b":"x"})"), "a,b\n1,x\n");
  EXPECT_EQ(Written(&writer, R"({"a":2,"b":"y"})"), "2,y\n");
}

TEST(CsvLineTest, NullAndEmptyDiffer) {
  CsvWriter writer(',');
  EXPECT_EQ(Written(&writer, R"({"a":null,"b":"","c":null})"), "a,b,c\n,\"\",\n");
}

TEST(CsvLineTest, QuotesWhatWouldBeMisread) {
  CsvWriter writer(';');
  EXPECT_EQ(Written(&writer, R"({"a;b":"x;y","c":"say \"hi\"","d":"two\nlines","e":"1,5"})"),
            "\"a;b\";c;d;e\n\"x;y\";\"say \"\"hi\"\"\";\"two\nlines\";1,5\n");
  EXPECT_EQ(Written(&writer, R"({"a;b":"\\.","c":"\r","d":" x","e":"null"})"),
            "\"\\.\";\"\r\";\" x\";null\n");
}

TEST(CsvLineTest, TokensInsideTextAndNestedValues) {
  CsvWriter writer('\t');
  EXPECT_EQ(Written(&writer, R"({"a":"},{:\\","b":[1,{"x":"]"}],"c":true,"d":-1.5})"),
            "a\tb\tc\td\n},{:\\\t\"[1,{\"\"x\"\":\"\"]\"\"}]\"\ttrue\t-1.5\n");
}

TEST(CsvLineTest, OtherColumnsAreAnError) {
  CsvWriter writer(',');
  writer.Start("a,b\n");
  EXPECT_EQ(Written(&writer, R"({"a":1,"b":2})"), "1,2\n");
  event::Buffer out;
  EXPECT_EQ(writer.Append(out, Record(R"({"a":1,"c":2})")).code(), StatusCode::kDataError);
  EXPECT_EQ(writer.Append(out, Record("[1]")).code(), StatusCode::kDataError);
  EXPECT_EQ(out.size(), 0u);
}

TEST(CsvLineTest, TombstonesAreNoRecords) {
  CsvWriter writer(',');
  event::Buffer out;
  EXPECT_TRUE(writer.Append(out, Event()).ok());
  EXPECT_EQ(out.size(), 0u);
}

TEST(CsvLineTest, LinesEndOutsideQuotes) {
  EXPECT_EQ(WholeCsvLines("a,\"b\nc\"\nd,\"e\nf"), 8u);
  EXPECT_EQ(WholeCsvLines("a"), 0u);
  EXPECT_EQ(FirstCsvLine("\"a\n\"\"b\",c\nd\n"), 10u);
  EXPECT_EQ(FirstCsvLine("a,b"), 0u);
}

}  // namespace
}  // namespace penstock::sink
