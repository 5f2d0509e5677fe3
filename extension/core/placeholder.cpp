// placeholder.cpp: see placeholder.h.
#include "placeholder.h"

#include "option.h"

namespace penstock {

std::string ServerFileOf(std::string_view name, std::string_view value) {
  constexpr std::string_view kPrefixes[] = {"producer.override.", "elastic.https.",
                                            "key.converter.", "value.converter.",
                                            "schema.registry."};
  constexpr std::string_view kFamily = "ssl.";
  constexpr std::string_view kEnding = ".location";
  for (const std::string_view prefix : kPrefixes) {
    if (name.substr(0, prefix.size()) == prefix) name.remove_prefix(prefix.size());
  }
  if (name.substr(0, kFamily.size()) != kFamily || name.size() < kEnding.size() ||
      name.substr(name.size() - kEnding.size()) != kEnding) {
    return {};
  }
  const std::string_view path = Trim(value);
  // librdkafka looks for the system's certificates itself.
  if (name == "ssl.ca.location" && path == "probe") return {};
  return std::string(path);
}

std::vector<Placeholder> FindPlaceholders(std::string_view value) {
  std::vector<Placeholder> found;
  for (size_t at = value.find("${"); at != std::string_view::npos; at = value.find("${", at + 2)) {
    const size_t end = value.find('}', at);
    if (end == std::string_view::npos) break;
    const std::string_view body = value.substr(at + 2, end - at - 2);
    if (body.substr(0, 5) == "file:") {
      const std::string_view rest = body.substr(5);
      found.push_back({true, std::string(rest.substr(0, rest.rfind(':')))});
    } else if (body.substr(0, 4) == "env:") {
      found.push_back({false, std::string(body.substr(4))});
    }
  }
  return found;
}

}  // namespace penstock
