// capture_options.h: the options that choose rows: publication.* and row.filter.
#ifndef PENSTOCK_EVENT_CAPTURE_OPTIONS_H
#define PENSTOCK_EVENT_CAPTURE_OPTIONS_H

#include <map>
#include <string>

#include "event_options.h"

namespace penstock::event {

// Reads them from checked options, by name.
Status ParseCaptureOptions(const std::map<std::string, std::string>& values, EventOptions* options);

}  // namespace penstock::event

#endif
