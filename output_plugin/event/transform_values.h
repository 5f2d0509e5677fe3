// transform_values.h: the options below one prefix, such as "transforms.unwrap.", with the types
// and defaults of their rows. Without a prefix they are the options of a format.
#ifndef PENSTOCK_EVENT_TRANSFORM_VALUES_H
#define PENSTOCK_EVENT_TRANSFORM_VALUES_H

#include <map>
#include <string>
#include <vector>

#include "extension/core/option.h"
#include "transform.h"

namespace penstock::event {

class TransformValues {
 public:
  TransformValues(const std::map<std::string, std::string>& values, std::string prefix)
      : values_(values), prefix_(std::move(prefix)) {}

  // Whether every given name is among these, and every value fits its row.
  Status Check(const std::vector<const char*>& names) const;

  bool Has(const std::string& name) const { return values_.count(prefix_ + name) != 0; }
  std::string Text(const char* name) const;  // given, else the default
  bool Flag(const char* name) const;
  int Choice(const char* name) const;  // the place of the value among those allowed
  std::string Name(const char* name) const { return prefix_ + name; }

  // A regular expression and its replacement; regex must be given.
  Result<TopicRule> Rule(const char* regex, const char* replacement) const;

 private:
  const std::map<std::string, std::string>& values_;
  std::string prefix_;
};

}  // namespace penstock::event

#endif
