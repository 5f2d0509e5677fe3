// http_nodes.cpp: see http_nodes.h.
#include "http_nodes.h"

namespace penstock::sink {
namespace {

constexpr BackoffPolicy kRest{1000, 60'000, 2.0, 0.2};

}  // namespace

HttpNodes::HttpNodes(const std::vector<std::string>& urls, const ClockMs& clock) {
  for (const std::string& url : urls) nodes_.push_back({url, Backoff(kRest, clock)});
  last_ = nodes_.size() - 1;
}

size_t HttpNodes::Next() {
  size_t best = (last_ + 1) % nodes_.size();
  for (size_t i = 1; i <= nodes_.size(); ++i) {
    const size_t node = (last_ + i) % nodes_.size();
    if (nodes_[node].rest.WaitMs() < nodes_[best].rest.WaitMs()) best = node;
  }
  return last_ = best;
}

bool HttpNodes::HasLive() const {
  for (const Node& node : nodes_) {
    if (node.rest.failures() == 0) return true;
  }
  return false;
}

}  // namespace penstock::sink
