// name_list.h: lists of names of tables and modules.
#ifndef PENSTOCK_CORE_NAME_LIST_H
#define PENSTOCK_CORE_NAME_LIST_H

#include <string>
#include <string_view>
#include <vector>

#include "status.h"

namespace penstock {

// "schema.table" names as table.include.list. "*" stands for every name in its place.
Result<std::string> TableNamesToIncludeList(const std::vector<std::string>& names);

// Whether a comma-separated list such as output_plugin_libraries names an item, quoted or not.
bool ListNames(std::string_view list, std::string_view item);

}  // namespace penstock

#endif
