// snapshot_api.h: publishes PenstockOutputApi, with which the sink worker turns rows of the initial
// snapshot into events (rendezvous.h has the contract).
#ifndef PENSTOCK_OUTPUT_SNAPSHOT_API_H
#define PENSTOCK_OUTPUT_SNAPSHOT_API_H

namespace penstock::output {

void PublishSnapshotApi();

}  // namespace penstock::output

#endif
