// option.h: options as data. Every option of penstock is one row of a table; parsing, checks,
// penstock.options and the documentation are made from the rows.
#ifndef PENSTOCK_CORE_OPTION_H
#define PENSTOCK_CORE_OPTION_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "status.h"

namespace penstock {

enum class OptionType {
  kBool,       // true | false
  kInt,        // min..max, unit in the name
  kString,     // any text
  kEnum,       // one of allowed, separated by '|', compared without case
  kList,       // comma-separated, white space around items dropped
  kRegexList,  // comma-separated Java regular expressions, anchored, without case
  kSecret,     // any text, never shown
};

enum class OptionSupport {
  kImplemented,
  kNotApplicable,  // accepted with a notice that gives the help text as the reason
  kRefused,        // an error that gives the help text as the reason
};

// Who reads the option.
enum class OptionScope {
  kEvent,          // output plugin: what events look like
  kSource,         // worker: slot, snapshot, retries
  kKafka,          // sink type kafka
  kFile,           // sink type file
  kElasticsearch,  // sink type elasticsearch
};

struct OptionRow {
  const char* name;  // a name that ends in '*' stands for every name with this prefix
  OptionScope scope;
  OptionType type;
  const char* default_value;  // as text; nullptr: none
  const char* allowed;        // kEnum: values separated by '|'; else nullptr
  int64_t min_value;          // kInt
  int64_t max_value;          // kInt
  OptionSupport support;
  const char* help;  // one sentence; for the other two supports the reason
};

struct OptionTable {
  const OptionRow* rows;
  size_t count;
};

// The row of a name, nullptr when there is none. Exact names come before prefixes.
const OptionRow* FindOption(const OptionTable& table, std::string_view name);

// Checks a value against its row: type, range, allowed values, support. The message names the
// option, and repeats the value unless the name sounds like a secret.
Status CheckOptionValue(const OptionRow& row, std::string_view name, std::string_view value);

// Whether an option of this name may hold a secret, whatever its row says.
bool SoundsSecret(std::string_view name);

// "unknown option" with the nearest known name of the tables as hint.
Status UnknownOption(std::string_view name, const std::vector<OptionTable>& tables);

bool ParseBool(std::string_view text, bool* value);      // true|false, any case
bool ParseInt64(std::string_view text, int64_t* value);  // whole text, decimal
std::vector<std::string> SplitList(std::string_view text, char separator = ',');
std::string_view Trim(std::string_view text);
std::string LowerAscii(std::string_view text);
bool StartsWith(std::string_view text, std::string_view prefix);
bool EqualsIgnoreCase(std::string_view a, std::string_view b);
const char* OptionTypeName(OptionType type);
const char* OptionScopeName(OptionScope scope);

}  // namespace penstock

#endif
