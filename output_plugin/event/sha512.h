// sha512.h: SHA-512 and SHA-384 (FIPS 180-4).
#ifndef PENSTOCK_EVENT_SHA512_H
#define PENSTOCK_EVENT_SHA512_H

#include <string_view>

namespace penstock::event {

void Sha512(std::string_view message, char* digest);  // 64 bytes
void Sha384(std::string_view message, char* digest);  // 48 bytes

}  // namespace penstock::event

#endif
