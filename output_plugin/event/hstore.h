// hstore.h: hstore's text form as pairs, in the order in which Debezium prints them.
#ifndef PENSTOCK_EVENT_HSTORE_H
#define PENSTOCK_EVENT_HSTORE_H

#include <string>
#include <string_view>
#include <vector>

namespace penstock::event {

struct HstorePair {
  std::string key;
  std::string value;
  bool is_null = false;
};

// Parses hstore_out's text ("a"=>"1", "b"=>NULL) and orders the pairs as java.util.HashMap iterates
// over them: consumers that compare bytes see what Debezium would have sent.
std::vector<HstorePair> ParseHstore(std::string_view text);

}  // namespace penstock::event

#endif
