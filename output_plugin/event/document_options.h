// document_options.h: the options of document destinations: their own rules, and which of the
// others do not go with them.
#ifndef PENSTOCK_EVENT_DOCUMENT_OPTIONS_H
#define PENSTOCK_EVENT_DOCUMENT_OPTIONS_H

#include <map>
#include <string>
#include <vector>

#include "event_options.h"

namespace penstock::event {

// "table-regex:column,column;…"
Status ParseKeyRules(const std::string& option, const std::string& text,
                     std::vector<KeyRule>* rules);

// Chooses the format of documents, reads their options from the given values and refuses what
// does not fit. Called last: the other options are parsed.
Status FinishDocuments(const std::map<std::string, std::string>& values, EventOptions* options);

}  // namespace penstock::event

#endif
