// http_url.h: URLs of servers in options.
#ifndef PENSTOCK_SINK_HTTP_URL_H
#define PENSTOCK_SINK_HTTP_URL_H

#include <string>
#include <vector>

#include "../core/status.h"

namespace penstock::sink {

// What an option takes, and what its messages say.
struct HttpUrlOption {
  const char* name;
  bool bare_host;          // host:port is taken as http
  const char* form;        // hint: what to write
  const char* login_hint;  // a user name in the URL: where it belongs
};

// Adds the URL as HttpOptions wants it. A placeholder stands for a text that the worker comes with:
// nothing is added.
Status AddHttpUrl(const HttpUrlOption& option, std::string url, std::vector<std::string>* nodes);

}  // namespace penstock::sink

#endif
