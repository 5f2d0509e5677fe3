// source_type.h: a column's type as Debezium's JDBC driver describes it: what
// column.propagate.source.type shows, and the length that masks cut to.
#ifndef PENSTOCK_EVENT_SOURCE_TYPE_H
#define PENSTOCK_EVENT_SOURCE_TYPE_H

#include <cstdint>
#include <string>
#include <string_view>

namespace penstock::event {

struct SourceType {
  int length = 0;
  int scale = 0;
  bool has_scale = true;
};

// base: pg_type.typname of the type, of the element of an array or below a domain. typmod: its
// modifier, -1 for none.
SourceType DescribeSourceType(std::string_view base, int32_t typmod);

}  // namespace penstock::event

#endif
