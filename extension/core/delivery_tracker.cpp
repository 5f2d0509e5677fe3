// delivery_tracker.cpp: see delivery_tracker.h.
#include "extension/core/delivery_tracker.h"

#include <algorithm>

namespace penstock {

DeliveryTracker::Group* DeliveryTracker::NewGroup() {
  Group* group = nullptr;
  if (free_.empty()) {
    group = &storage_.emplace_back();
  } else {
    group = free_.back();
    free_.pop_back();
    *group = Group{};
  }
  group->previous = last_;
  (last_ != nullptr ? last_->next : first_) = group;
  last_ = group;
  return group;
}

DeliveryTracker::Group* DeliveryTracker::Add(size_t bytes) {
  if (open_ == nullptr) open_ = NewGroup();
  ++open_->outstanding;
  ++in_flight_events_;
  in_flight_bytes_ += bytes;
  return open_;
}

void DeliveryTracker::Count(Group* group, size_t bytes) {
  --group->outstanding;
  --in_flight_events_;
  in_flight_bytes_ -= bytes;
}

void DeliveryTracker::Acknowledge(Group* group, size_t bytes) {
  Count(group, bytes);
  FinishIfDone(group);
}

void DeliveryTracker::TakeBack(Group* group, size_t bytes) { Count(group, bytes); }

void DeliveryTracker::EndTransaction(uint64_t end_lsn) {
  if (open_ != nullptr) {
    Group* group = open_;
    open_ = nullptr;
    group->ended = true;
    group->end_lsn = end_lsn;
    FinishIfDone(group);
  } else if (last_ != nullptr) {
    // A transaction without events ends with the one before it.
    last_->end_lsn = std::max(last_->end_lsn, end_lsn);
  } else {
    delivered_lsn_ = std::max(delivered_lsn_, end_lsn);
  }
}

void DeliveryTracker::FinishIfDone(Group* group) {
  if (!group->ended || group->outstanding != 0) return;
  if (group->previous == nullptr) {
    delivered_lsn_ = std::max(delivered_lsn_, group->end_lsn);
  } else {
    group->previous->end_lsn = std::max(group->previous->end_lsn, group->end_lsn);
  }
  Unlink(group);
}

void DeliveryTracker::Unlink(Group* group) {
  (group->previous != nullptr ? group->previous->next : first_) = group->next;
  (group->next != nullptr ? group->next->previous : last_) = group->previous;
  free_.push_back(group);
}

}  // namespace penstock
