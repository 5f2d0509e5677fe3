// worker_config.h: the options of a running sink as C++ objects; for the worker's C++ files only.
#ifndef PENSTOCK_WORKER_CONFIG_H
#define PENSTOCK_WORKER_CONFIG_H

#include <vector>

#include "extension/core/sink_config.h"
#include "output_plugin/event/pattern.h"

struct PenstockConfig {
  penstock::SinkConfig options;
  bool initial_only = false;
  penstock::event::PatternList snapshot_tables;  // snapshot.include.collection.list
  std::vector<penstock::event::Pattern> table_order;  // table.include.list
};

#endif
