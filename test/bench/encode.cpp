// encode.cpp: nanoseconds per value of each type, from PostgreSQL's stored form to JSON, without a
// server. The values are those of the WALs that run.py writes.
//
//   encode [MILLISECONDS]      prints a table; each kind is measured for so long, five times
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "output_plugin/event/column.h"
#include "output_plugin/event/time_text.h"

namespace {

using namespace penstock::event;
using Clock = std::chrono::steady_clock;

constexpr int kRuns = 5;

FieldValue Number(int64_t number) {
  FieldValue value;
  value.state = FieldState::kValue;
  value.number = number;
  return value;
}

FieldValue Real(double real) {
  FieldValue value;
  value.state = FieldState::kValue;
  value.real = real;
  return value;
}

FieldValue Bytes(const std::string& bytes) {
  FieldValue value;
  value.state = FieldState::kValue;
  value.bytes = bytes.data();
  value.size = static_cast<uint32_t>(bytes.size());
  return value;
}

FieldValue Items(const std::vector<FieldValue>& items) {
  FieldValue value;
  value.state = FieldState::kValue;
  value.items = items.data();
  value.size = static_cast<uint32_t>(items.size());
  return value;
}

// A stored numeric in the short form: header, then base-10000 digits.
std::string Numeric(int weight, int scale, const std::vector<int>& digits) {
  const auto header = static_cast<uint16_t>(0x8000 | scale << 7 | (weight & 0x3F));
  std::string bytes(reinterpret_cast<const char*>(&header), 2);
  for (const int digit : digits) {
    const auto stored = static_cast<uint16_t>(digit);
    bytes.append(reinterpret_cast<const char*>(&stored), 2);
  }
  return bytes;
}

std::string Repeat(const std::string& text, size_t size) {
  std::string out;
  while (out.size() < size) out += text;
  out.resize(size);
  return out;
}

// A type with the columns' kind and a value. Strings and items live as long as the program.
struct Sample {
  const char* name;
  Kind kind;
  FieldValue value;
  int scale = 0;
  Kind element = Kind::kText;  // kArray, kList
};

std::vector<Sample> MakeSamples() {
  static const std::string text32 = Repeat("0123456789abcdef", 32);
  static const std::string text1000 = Repeat("The quick brown fox jumps over. ", 1000);
  static const std::string quoted = Repeat("say \"x\" \\ and\n", 64);
  static const std::string umlauts = Repeat("K\xC3\xB6ln ", 66);
  static const std::string json =
      R"({"k": 123456, "name": "name-123456", "tags": ["a", "b", "t3"]})";
  static const std::string large(20000, 'x');
  static const std::string money = Numeric(1, 2, {12, 3456, 7800});
  static const std::string wide =
      Numeric(6, 10, {1, 2345, 6789, 123, 4567, 8901, 2345, 6789, 1234, 5600});
  static const std::string uuid = Repeat("\x01\x23\x45\x67\x89\xAB\xCD\xEF", 16);
  static const std::string binary = Repeat("\xFF\x10\x80", 256);
  static const IntervalValue interval{11045678000, 3, 14};
  static const std::string span(reinterpret_cast<const char*>(&interval), sizeof interval);
  static const std::vector<FieldValue> numbers(10, Number(12345));
  static const std::vector<FieldValue> texts(10, Bytes(text32));
  const int64_t instant = 820454400123456;  // microseconds since 2000
  return {
      {"boolean", Kind::kBool, Number(1)},
      {"integer", Kind::kInt32, Number(1234567)},
      {"bigint", Kind::kInt64, Number(1234567890123456789)},
      {"real", Kind::kFloat, Real(1234.5F)},
      {"double precision", Kind::kDouble, Real(0.1 + 0.2)},
      {"numeric(12,2)", Kind::kDecimal, Bytes(money), 2},
      {"numeric(12,2), string", Kind::kNumericText, Bytes(money), 2},
      {"numeric(12,2), double", Kind::kNumericDouble, Bytes(money), 2},
      {"numeric, 38 digits", Kind::kVariableDecimal, Bytes(wide)},
      {"text, 32 bytes", Kind::kText, Bytes(text32)},
      {"text, 1,000 bytes", Kind::kText, Bytes(text1000)},
      {"text, 64 bytes with escapes", Kind::kText, Bytes(quoted)},
      {"text, 66 bytes with umlauts", Kind::kText, Bytes(umlauts)},
      {"text, 20,000 bytes (TOAST)", Kind::kText, Bytes(large)},
      {"jsonb, 62 bytes", Kind::kJson, Bytes(json)},
      {"uuid", Kind::kUuid, Bytes(uuid)},
      {"bytea, 256 bytes", Kind::kBytes, Bytes(binary)},
      {"bytea, 256 bytes, hex", Kind::kHex, Bytes(binary)},
      {"date", Kind::kDate, Number(9500)},
      {"timestamp", Kind::kTimestampMicros, Number(instant)},
      {"timestamp, isostring", Kind::kIsoTimestamp, Number(instant)},
      {"timestamptz", Kind::kZonedTimestamp, Number(instant), 6},
      {"timetz", Kind::kZonedTime, Number(45296123456)},
      {"interval", Kind::kDuration, Bytes(span)},
      {"interval, string", Kind::kIntervalText, Bytes(span)},
      {"integer[10]", Kind::kArray, Items(numbers), 0, Kind::kInt32},
      {"text[10], 32 bytes each", Kind::kArray, Items(texts), 0, Kind::kText},
      {"document: numeric(12,2)", Kind::kNumber, Bytes(money)},
      {"document: timestamptz", Kind::kInstant, Number(instant)},
      {"document: jsonb, 62 bytes", Kind::kRawJson, Bytes(json)},
      {"document: integer[10]", Kind::kList, Items(numbers), 0, Kind::kInt32},
  };
}

// Writes the value until the time is over; nanoseconds for one.
double Measure(const Column& column, const FieldValue& value, std::chrono::milliseconds time,
               size_t* size) {
  constexpr int kBatch = 1000;
  Buffer out;
  int64_t count = 0;
  const auto start = Clock::now();
  auto now = start;
  for (; now - start < time; now = Clock::now()) {
    for (int i = 0; i < kBatch; ++i) {
      out.Clear();
      if (!WriteValue(out, column, value, WriteMode{})) std::exit(1);
    }
    count += kBatch;
  }
  *size = out.size();
  return std::chrono::duration<double, std::nano>(now - start).count() / static_cast<double>(count);
}

}  // namespace

int main(int argc, char** argv) {
  const std::chrono::milliseconds time(argc > 1 ? std::max(1, std::atoi(argv[1])) : 100);
  std::printf("%-30s %10s %10s %10s\n", "type", "ns/value", "JSON bytes", "MB/s");
  for (const Sample& sample : MakeSamples()) {
    Column column;
    column.name = "c";
    column.kind = sample.kind;
    column.scale = sample.scale;
    column.element = std::make_unique<Column>();
    column.element->kind = sample.element;
    size_t size = 0;
    std::vector<double> runs;
    for (int i = 0; i < kRuns; ++i) runs.push_back(Measure(column, sample.value, time, &size));
    std::sort(runs.begin(), runs.end());
    const double ns = runs[kRuns / 2];
    std::printf("%-30s %10.1f %10zu %10.0f\n", sample.name, ns, size,
                static_cast<double>(size) * 1000.0 / ns);
  }
  return 0;
}
