// Regular expressions of options, and what is made from them: lists, keys, routes.
#include "fuzz.h"
#include "output_plugin/event/event_options.h"
#include "output_plugin/event/pattern.h"
#include "output_plugin/event/table_filter.h"

namespace penstock::event {
namespace {

void CheckStatus(const Status& status) {
  DEMAND(fuzz::ValidUtf8(status.message()), status.message());
  DEMAND(status.ok() == status.message().empty(), status.message());
}

void CheckPattern(const std::string& expression, const std::string& text,
                  const std::string& replacement) {
  for (const bool ignore_case : {false, true}) {
    const Result<Pattern> pattern = Pattern::Compile(expression, ignore_case);
    CheckStatus(pattern.status());
    if (!pattern.ok()) continue;
    const bool matches = pattern.value().Matches(text);
    DEMAND(matches == Pattern::Compile(expression, ignore_case).value().Matches(text), text);
    std::string result = "kept";
    const bool replaced = pattern.value().Replace(text, replacement, &result);
    DEMAND(matches || !replaced, text);
    DEMAND(replaced || result == "kept", result);
    // What was accepted when the options were read must work when a topic is made.
    if (matches && pattern.value().AcceptsReplacement(replacement)) DEMAND(replaced, replacement);
  }
}

// Without a character that means something an expression matches its own text alone.
void CheckPlain(const std::string& text) {
  std::string quoted;
  for (const char c : text) {
    if (std::strchr("\\^$.|?*+()[]{},", c) != nullptr) quoted += '\\';
    quoted += c;
  }
  const Result<PatternList> list = PatternList::Parse("x", quoted);
  CheckStatus(list.status());
  const bool trimmed = text.empty() ||
                       std::isspace(static_cast<unsigned char>(text.front())) != 0 ||
                       std::isspace(static_cast<unsigned char>(text.back())) != 0;
  if (list.ok() && !trimmed) {
    DEMAND(list.value().Matches(text), text);
    DEMAND(!list.value().Matches(text + "x"), text);
  }
}

void CheckOptions(const std::string& expression, const std::string& text,
                  const std::string& replacement) {
  const std::pair<const char*, std::string> options[] = {
      {"table.include.list", expression},
      {"message.key.columns", expression + ":" + text},
      {"column.include.list", expression + "," + text},
      {"message.prefix.include.list", expression}};
  for (const auto& option : options) {
    const Result<EventOptions> parsed = ParseEventOptions({{"topic.prefix", "p"}, option});
    CheckStatus(parsed.status());
    if (parsed.ok()) (void)CapturesTable(parsed.value(), text, text);
  }
  CheckStatus(
      ParseEventOptions({{"topic.prefix", "p"},
                         {"transforms", "r"},
                         {"transforms.r.type", "org.apache.kafka.connect.transforms.RegexRouter"},
                         {"transforms.r.regex", expression},
                         {"transforms.r.replacement", replacement}})
          .status());
}

}  // namespace
}  // namespace penstock::event

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace penstock;
  fuzz::Input input(data, size);
  const std::string expression = fuzz::AsUtf8(input.Line());
  const std::string text = fuzz::AsUtf8(input.Line()).substr(0, 300);
  const std::string replacement = fuzz::AsUtf8(input.Line());
  event::CheckPattern(expression, text, replacement);
  event::CheckPlain(fuzz::AsUtf8(text));
  event::CheckOptions(expression, fuzz::AsUtf8(text), replacement);
  return 0;
}
