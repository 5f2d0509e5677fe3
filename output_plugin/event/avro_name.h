// avro_name.h: names in Avro: which are legal, and what AvroConverter makes of those that are not.
#ifndef PENSTOCK_EVENT_AVRO_NAME_H
#define PENSTOCK_EVENT_AVRO_NAME_H

#include <string>
#include <string_view>

namespace penstock::event {

struct AvroName {
  std::string space;  // namespace; empty: none
  std::string simple;

  std::string Full() const { return space.empty() ? simple : space + "." + simple; }
};

// A letter or underscore, then letters, digits and underscores. Letters beyond ASCII count, as they
// do in Java.
bool IsLegalAvroName(std::string_view name);

// The last part is the name, what stands before it the namespace.
AvroName SplitAvroName(std::string_view full, bool scrub);

// scrub.invalid.names: illegal characters URL-encoded, then the rest of them underscores.
std::string ScrubAvroName(std::string_view name);

}  // namespace penstock::event

#endif
