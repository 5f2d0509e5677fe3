// option_json.cpp: see option_json.h.
#include "option_json.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <utility>

namespace penstock {
namespace {

// An option's value as text; false for what has no meaning, such as arrays of arrays.
bool OptionText(const rapidjson::Value& value, std::string* text) {
  if (ScalarText(value, text)) return true;
  std::string item;
  if (value.IsArray()) {
    for (const auto& element : value.GetArray()) {
      if (!ScalarText(element, &item)) return false;
      *text += (text->empty() ? "" : ",") + item;
    }
    return true;
  }
  if (!value.IsObject()) return false;
  for (const auto& member : value.GetObject()) {
    if (!ScalarText(member.value, &item)) return false;
    *text += (text->empty() ? "" : ",") + std::string(member.name.GetString()) + ":" + item;
  }
  return true;
}

// Options whose value is JSON itself.
bool TakesJson(const std::string& name) {
  return name == "index.map" || name == "index.settings" || name == "row.filter";
}

std::string JsonText(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

bool ScalarText(const rapidjson::Value& value, std::string* text) {
  if (value.IsString()) {  // numbers too: they are parsed as strings
    text->assign(value.GetString(), value.GetStringLength());
    return true;
  }
  if (value.IsBool()) {
    *text = value.GetBool() ? "true" : "false";
    return true;
  }
  return false;
}

Status ParseDocument(const std::string& json, rapidjson::Document* document) {
  // Iterative: the depth of what users send must not be the depth of our stack.
  constexpr unsigned kFlags =
      rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag;
  document->Parse<kFlags>(json.data(), json.size());
  if (document->HasParseError()) {
    return Status(StatusCode::kInvalidJson,
                  std::string("configuration is not JSON: ") +
                      rapidjson::GetParseError_En(document->GetParseError()) + " at offset " +
                      std::to_string(document->GetErrorOffset()));
  }
  if (!document->IsObject()) {
    return Status(StatusCode::kInvalidJson, "configuration is not a JSON object",
                  "Give an object of option names and values.");
  }
  return {};
}

Status ReadOptions(const rapidjson::Value& object, OptionMap* options,
                   std::vector<std::string>* nulls) {
  for (const auto& member : object.GetObject()) {
    const std::string name(member.name.GetString(), member.name.GetStringLength());
    std::string text;
    if (member.value.IsNull() && nulls != nullptr) {
      nulls->push_back(name);
      continue;
    }
    if (TakesJson(name) && member.value.IsObject()) {
      text = JsonText(member.value);
    } else if (!OptionText(member.value, &text)) {
      return Status(StatusCode::kInvalidOption, "invalid value for option \"" + name + "\"",
                    "Values are strings, numbers, booleans, or flat lists of them.");
    }
    if (!options->emplace(name, std::move(text)).second) {
      return Status(StatusCode::kInvalidOption, "option \"" + name + "\" is given more than once");
    }
  }
  return {};
}

Status ReadOptionObject(const std::string& json, OptionMap* options,
                        std::vector<std::string>* nulls) {
  rapidjson::Document document;
  if (Status s = ParseDocument(json, &document); !s.ok()) return s;
  return ReadOptions(document, options, nulls);
}

std::string OptionsToJson(const OptionMap& options) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.StartObject();
  for (const auto& [name, value] : options) {
    writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
  }
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace penstock
