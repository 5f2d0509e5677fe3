// elasticsearch_names.h: from the name of a topic to that of an index.
#ifndef PENSTOCK_SINK_ELASTICSEARCH_NAMES_H
#define PENSTOCK_SINK_ELASTICSEARCH_NAMES_H

#include <string>
#include <string_view>

#include "../core/status.h"

namespace penstock::sink {

// Lower case; characters that Elasticsearch forbids become "_", forbidden ones in front are
// dropped. Names that cannot be mended are an error; two topics may get one name, which the caller
// has to notice.
Result<std::string> IndexName(std::string_view topic);

}  // namespace penstock::sink

#endif
