// http_nodes.h: which node the next request goes to: in turn among those that answer; one that did
// not is left alone for a while, longer each time.
#ifndef PENSTOCK_SINK_HTTP_NODES_H
#define PENSTOCK_SINK_HTTP_NODES_H

#include <string>
#include <vector>

#include "../core/retry.h"

namespace penstock::sink {

class HttpNodes {
 public:
  HttpNodes(const std::vector<std::string>& urls, const ClockMs& clock);

  // Of the next request; when all are away the one whose time comes first.
  size_t Next();
  const std::string& Url(size_t node) const { return nodes_[node].url; }
  void Failed(size_t node) { nodes_[node].rest.Fail(); }
  void Answered(size_t node) { nodes_[node].rest.Succeed(); }
  bool HasLive() const;

 private:
  struct Node {
    std::string url;
    Backoff rest;
  };
  std::vector<Node> nodes_;
  size_t last_ = 0;
};

}  // namespace penstock::sink

#endif
