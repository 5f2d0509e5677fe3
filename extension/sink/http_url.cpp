// http_url.cpp: see http_url.h.
#include "http_url.h"

#include <utility>

#include "../core/option.h"
#include "../core/placeholder.h"

namespace penstock::sink {

Status AddHttpUrl(const HttpUrlOption& option, std::string url, std::vector<std::string>* nodes) {
  if (!FindPlaceholders(url).empty()) return {};
  const std::string given = url;
  if (option.bare_host && url.find("://") == std::string::npos) url = "http://" + url;
  const size_t separator = url.find("://");
  const size_t host = separator == std::string::npos ? 0 : separator + 3;
  const std::string authority = url.substr(host, url.find('/', host) - host);
  // Said first and without the value, which may hold a password.
  if (authority.find('@') != std::string::npos) {
    return {StatusCode::kInvalidOption,
            "option \"" + std::string(option.name) + "\" holds a user name", option.login_hint};
  }
  const std::string scheme = LowerAscii(url.substr(0, host == 0 ? 0 : separator));
  const bool known = scheme == "http" || scheme == "https";
  if (!known || authority.empty() || url.find_first_of("?#\" \t\\") != std::string::npos) {
    return {StatusCode::kInvalidOption,
            "invalid value for option \"" + std::string(option.name) + "\": \"" + given + "\"",
            option.form};
  }
  url.replace(0, scheme.size(), scheme);
  while (url.back() == '/') url.pop_back();
  nodes->push_back(std::move(url));
  return {};
}

}  // namespace penstock::sink
