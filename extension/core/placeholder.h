// placeholder.h: what the values of options take from the server: files and the environment.
#ifndef PENSTOCK_CORE_PLACEHOLDER_H
#define PENSTOCK_CORE_PLACEHOLDER_H

#include <string>
#include <string_view>
#include <vector>

namespace penstock {

// A ${file:path:key} or ${env:NAME} within a value.
struct Placeholder {
  bool is_file = false;  // else an environment variable
  std::string path_or_name;
};
std::vector<Placeholder> FindPlaceholders(std::string_view value);

// The file or folder of the server that a destination's option has opened ("ssl.ca.location",
// with or without "producer.override." and the like before it); empty for other options.
std::string ServerFileOf(std::string_view name, std::string_view value);

}  // namespace penstock

#endif
