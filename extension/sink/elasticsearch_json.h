// elasticsearch_json.h: the bodies of requests about indexes, and what their answers say.
#ifndef PENSTOCK_SINK_ELASTICSEARCH_JSON_H
#define PENSTOCK_SINK_ELASTICSEARCH_JSON_H

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sink.h"

namespace penstock::sink {

// What we leave in an index, as _meta.penstock of its mapping.
struct IndexMarker {
  std::string sink;
  std::string system_identifier;
  std::string slot;
  std::string slot_start_lsn;
  bool created = false;      // by us: may be removed when its loading did not complete
  bool loading = false;      // the snapshot is not complete
  bool refresh_off = false;  // by us, until it is
};

// Of the same sink; the slot's start differs between attempts of a snapshot.
bool SameSink(const IndexMarker& marker, const Identity& identity);
IndexMarker MarkerOf(const Identity& identity);

// What GET /index says; concrete is the index itself, also when the name is an alias.
struct IndexFacts {
  std::string concrete;
  std::string uuid;
  std::optional<std::string> refresh_interval;  // set explicitly
  std::set<std::string> fields;                 // at the top of the mapping
  std::string other_meta;                       // _meta without our part, a JSON object
  std::optional<IndexMarker> marker;
};

// The part of GET /index that ParseIndexFacts reads.
extern const char kIndexFactsPath[];

// False when it is none, or an alias of several indexes.
bool ParseIndexFacts(const std::string& body, IndexFacts* facts);

// Indexes and their markers, from GET /_mapping?filter_path=*.mappings._meta.penstock.
bool ParseMarkers(const std::string& body,
                  std::vector<std::pair<std::string, IndexMarker>>* markers);

// mapping: {"properties":{…}}, or empty to leave it to the index.
std::string CreateIndexBody(const std::string& settings, bool refresh_off, std::string_view mapping,
                            const IndexMarker& marker);
// existing: fields that are left as they are.
std::string PutMappingBody(std::string_view mapping, const std::set<std::string>& existing,
                           const std::string& other_meta, const IndexMarker& marker);

// {"index":{"refresh_interval":…}}; none: back to the default.
std::string RefreshIntervalBody(const std::optional<std::string>& interval);
// In the index.settings of the user, in any of its spellings.
std::optional<std::string> RefreshIntervalOf(const std::string& settings);

// OpenSearch's name for the type "flattened"; it takes no parameters.
std::string WithFlatObject(std::string_view mapping);

// The document of the state index: uuid of every index that was written to.
std::string StateBody(const Identity& identity, const std::map<std::string, std::string>& uuids);
// False when it is none. Of another slot or cluster: no indexes.
bool ParseState(const std::string& body, const Identity& identity,
                std::map<std::string, std::string>* uuids);

}  // namespace penstock::sink

#endif
