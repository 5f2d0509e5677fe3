#include "capture_options.h"

#include "extension/core/json.h"

namespace penstock::event {
namespace {

Status Invalid(const std::string& message, const std::string& hint = {}) {
  return Status(StatusCode::kInvalidOption, message, hint);
}

Status ParsePublication(const std::map<std::string, std::string>& values, EventOptions* options) {
  if (options->publication_mode != PublicationMode::kDisabled) return {};
  const auto name = values.find("publication.name");
  options->publication = name == values.end() ? "dbz_publication" : name->second;
  if (options->publication.empty()) return Invalid("option \"publication.name\" is empty");
  return {};
}

Status ParseRowFilters(const std::string& text, EventOptions* options) {
  const char* hint = "It is a JSON object: {\"schema.table\": \"condition\"}.";
  rapidjson::Document json;
  if (!ParseJson(text, &json) || !json.IsObject()) {
    return Invalid("invalid value for option \"row.filter\"", hint);
  }
  for (const auto& member : json.GetObject()) {
    std::string table(member.name.GetString(), member.name.GetStringLength());
    if (!member.value.IsString() || Trim(member.value.GetString()).empty()) {
      return Invalid("invalid condition of \"" + table + "\" in option \"row.filter\"", hint);
    }
    std::string condition(member.value.GetString(), member.value.GetStringLength());
    if (condition.find('\0') != std::string::npos) {
      return Invalid("invalid condition of \"" + table + "\" in option \"row.filter\"");
    }
    for (const auto& [known, other] : options->row_filters) {
      if (known != table) continue;
      return Invalid("option \"row.filter\" has two conditions of \"" + table + "\"",
                     "Write them as one, with AND.");
    }
    options->row_filters.emplace_back(std::move(table), std::move(condition));
  }
  return {};
}

}  // namespace

Status ParseCaptureOptions(const std::map<std::string, std::string>& values,
                           EventOptions* options) {
  if (Status status = ParsePublication(values, options); !status.ok()) return status;
  const auto filters = values.find("row.filter");
  return filters == values.end() ? Status() : ParseRowFilters(filters->second, options);
}

}  // namespace penstock::event
