// worker_config.h: the options of a running sink as C++ objects; for the worker's C++ files only.
#ifndef PENSTOCK_WORKER_CONFIG_H
#define PENSTOCK_WORKER_CONFIG_H

#include <vector>

#include "extension/core/sink_config.h"
#include "output_plugin/event/event_options.h"
#include "output_plugin/event/pattern.h"

struct PenstockConfig {
  penstock::SinkConfig options;
  penstock::event::EventOptions event;
  bool initial_only = false;
  penstock::event::PatternList snapshot_tables;       // snapshot.include.collection.list
  std::vector<penstock::event::Pattern> table_order;  // table.include.list
};

struct PenstockSinkRow;

// worker_secrets.cpp
penstock::Status ResolvePlaceholders(const PenstockSinkRow& row, penstock::sink::Options* options);
// Whether the sink's owner may write the file of a sink of type file.
penstock::Status CheckFileRights(const PenstockSinkRow& row,
                                 const penstock::sink::Options& options);

#endif
