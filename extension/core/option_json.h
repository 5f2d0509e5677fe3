// option_json.h: options as a JSON object, as users give them and as the catalogue keeps them.
#ifndef PENSTOCK_CORE_OPTION_JSON_H
#define PENSTOCK_CORE_OPTION_JSON_H

#include <rapidjson/fwd.h>

#include <map>
#include <string>
#include <vector>

#include "status.h"

namespace penstock {

using OptionMap = std::map<std::string, std::string>;

// Reads a JSON object of option names and values. Strings, numbers and booleans are taken as text,
// arrays of them as comma-separated lists, objects of them as "name:value,…"; names with null go to
// nulls, or are an error when that is nullptr.
Status ReadOptionObject(const std::string& json, OptionMap* options,
                        std::vector<std::string>* nulls);

// {"topic.prefix": "…"} as the catalogue keeps it.
std::string OptionsToJson(const OptionMap& options);

// The steps of ReadOptionObject, for an object that has more around it.
Status ParseDocument(const std::string& json, rapidjson::Document* document);
Status ReadOptions(const rapidjson::Value& object, OptionMap* options,
                   std::vector<std::string>* nulls);
// False: neither a string, nor a number or boolean.
bool ScalarText(const rapidjson::Value& value, std::string* text);

}  // namespace penstock

#endif
