// gzip.h: gzip of a request body.
#ifndef PENSTOCK_SINK_GZIP_H
#define PENSTOCK_SINK_GZIP_H

#include <string>
#include <string_view>

namespace penstock::sink {

// False when there is no memory for it.
bool Gzip(std::string_view text, std::string* compressed);

}  // namespace penstock::sink

#endif
