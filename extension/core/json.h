// json.h: reading JSON that others wrote, in a process whose stack is the server's.
#ifndef PENSTOCK_CORE_JSON_H
#define PENSTOCK_CORE_JSON_H

#include <rapidjson/document.h>

#include <string_view>

namespace penstock {

// Deeper text is refused: parsing would not mind, but copying and writing a document recurse.
constexpr int kDeepestJson = 100;

// False: it is not JSON, or nested too deeply.
bool ParseJson(std::string_view text, rapidjson::Document* document);

}  // namespace penstock

#endif
