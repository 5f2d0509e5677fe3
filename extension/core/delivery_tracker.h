// delivery_tracker.h: from acknowledgements in any order to one position. Events are counted per
// transaction, transactions stand in commit order, and the position is the end of the last
// transaction before which nothing is outstanding.
//
// Every call is O(1). Memory: one group per transaction that has outstanding events. A finished
// transaction behind an unfinished one is merged into its predecessor (the predecessor then carries
// the later end), so a partition that hangs while others run does not let the list grow.
#ifndef PENSTOCK_CORE_DELIVERY_TRACKER_H
#define PENSTOCK_CORE_DELIVERY_TRACKER_H

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace penstock {

class DeliveryTracker {
 public:
  // A transaction, or the snapshot rows before the first EndTransaction. For the tracker's eyes.
  struct Group {
    uint64_t outstanding = 0;
    uint64_t end_lsn = 0;
    bool ended = false;
    Group* previous = nullptr;
    Group* next = nullptr;
  };

  DeliveryTracker() = default;
  DeliveryTracker(const DeliveryTracker&) = delete;
  DeliveryTracker& operator=(const DeliveryTracker&) = delete;

  // Counts one event into the open transaction. The group is the ticket to acknowledge it with; it
  // stays valid until then.
  Group* Add(size_t bytes);

  // One event of the group is durable at the destination. bytes as given to Add.
  void Acknowledge(Group* group, size_t bytes);

  // Takes back an Add that the destination refused at once; the group must still be open.
  void TakeBack(Group* group, size_t bytes);

  // The open transaction ends here; the next event opens another. end_lsn never goes back.
  void EndTransaction(uint64_t end_lsn);

  // End of the last transaction before which everything is acknowledged; 0 before the first.
  uint64_t DeliveredLsn() const { return delivered_lsn_; }

  uint64_t InFlightEvents() const { return in_flight_events_; }
  uint64_t InFlightBytes() const { return in_flight_bytes_; }

  // Groups alive, for tests of the memory bound.
  size_t GroupCount() const { return storage_.size() - free_.size(); }

 private:
  Group* NewGroup();
  void FinishIfDone(Group* group);
  void Unlink(Group* group);
  void Count(Group* group, size_t bytes);

  std::deque<Group> storage_;  // stable addresses
  std::vector<Group*> free_;
  Group* first_ = nullptr;  // oldest with something outstanding
  Group* last_ = nullptr;
  Group* open_ = nullptr;  // takes events; always last_ when it exists
  uint64_t delivered_lsn_ = 0;
  uint64_t in_flight_events_ = 0;
  uint64_t in_flight_bytes_ = 0;
};

}  // namespace penstock

#endif
