// curl_prelude.h: the one place that includes libcurl, and owners for its objects.
#ifndef PENSTOCK_SINK_CURL_PRELUDE_H
#define PENSTOCK_SINK_CURL_PRELUDE_H

#include <curl/curl.h>

#include <memory>

// 7.76 is RHEL 9's.
static_assert(LIBCURL_VERSION_NUM >= 0x074c00, "libcurl 7.76 or newer is needed");

namespace penstock::sink {

template <auto Function>
struct CurlDeleter {
  template <typename T>
  void operator()(T* object) const {
    (void)Function(object);
  }
};

using CurlEasy = std::unique_ptr<CURL, CurlDeleter<curl_easy_cleanup>>;
using CurlMulti = std::unique_ptr<CURLM, CurlDeleter<curl_multi_cleanup>>;
using CurlList = std::unique_ptr<curl_slist, CurlDeleter<curl_slist_free_all>>;

}  // namespace penstock::sink

#endif
