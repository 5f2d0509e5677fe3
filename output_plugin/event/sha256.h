// sha256.h: SHA-256 (FIPS 180-4), for document ids that are too long. The event code has no
// dependencies, so it is here.
#ifndef PENSTOCK_EVENT_SHA256_H
#define PENSTOCK_EVENT_SHA256_H

#include <string_view>

namespace penstock::event {

constexpr int kSha256Bytes = 32;

void Sha256(std::string_view message, char digest[kSha256Bytes]);

}  // namespace penstock::event

#endif
