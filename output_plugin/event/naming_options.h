// naming_options.h: topic.naming.strategy and the options of its strategies.
#ifndef PENSTOCK_EVENT_NAMING_OPTIONS_H
#define PENSTOCK_EVENT_NAMING_OPTIONS_H

#include <map>
#include <string>

#include "topic_name.h"

namespace penstock::event {

Status ParseTopicNaming(const std::map<std::string, std::string>& values, TopicNaming* naming);

}  // namespace penstock::event

#endif
