#include "outbox_options.h"

#include "extension/core/option.h"

namespace penstock::event {
namespace {

struct PlacementName {
  const char* name;
  Placement placement;
};
constexpr PlacementName kPlacements[] = {{"header", Placement::kHeader},
                                         {"envelope", Placement::kEnvelope},
                                         {"partition", Placement::kPartition}};

bool ParsePlacement(const std::string& text, Placement* placement) {
  for (const PlacementName& row : kPlacements) {
    if (!EqualsIgnoreCase(row.name, text)) continue;
    *placement = row.placement;
    return true;
  }
  return false;
}

}  // namespace

Result<std::vector<PlacedField>> ParsePlacedFields(const std::string& option,
                                                   const std::string& text) {
  std::vector<PlacedField> fields;
  for (const std::string& item : SplitList(text)) {
    const std::vector<std::string> parts = SplitList(item, ':');
    PlacedField field;
    if (parts.size() < 2 || parts.size() > 3 || !ParsePlacement(parts[1], &field.placement)) {
      return Status(StatusCode::kInvalidOption,
                    "invalid item \"" + item + "\" in option \"" + option + "\"",
                    "Items are column:placement or column:placement:alias; placements are header, "
                    "envelope and partition.");
    }
    field.column = parts[0];
    field.alias = parts.size() == 3 ? parts[2] : parts[0];
    fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace penstock::event
