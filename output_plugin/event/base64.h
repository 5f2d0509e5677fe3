// base64.h: back from the padded standard alphabet to bytes.
#ifndef PENSTOCK_EVENT_BASE64_H
#define PENSTOCK_EVENT_BASE64_H

#include <cstddef>
#include <string>
#include <string_view>

namespace penstock::event {

// The number of bytes that a padded text stands for, if it is one.
size_t Base64Size(std::string_view text);

// Writes Base64Size(text) bytes. False: it is not padded base64.
bool DecodeBase64(std::string_view text, char* out);

bool DecodeBase64(std::string_view text, std::string* bytes);

}  // namespace penstock::event

#endif
