// transform_options.h: from transforms.… and predicates.… to the chain of transforms.
#ifndef PENSTOCK_EVENT_TRANSFORM_OPTIONS_H
#define PENSTOCK_EVENT_TRANSFORM_OPTIONS_H

#include <map>
#include <string>

#include "event_options.h"

namespace penstock::event {

using OptionValues = std::map<std::string, std::string>;

// Reads the chain, and the options of the formats flat and outbox under their own names. The other
// options are parsed.
Status ParseTransforms(const OptionValues& values, EventOptions* options);

}  // namespace penstock::event

#endif
