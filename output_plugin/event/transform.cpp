#include "transform.h"

namespace penstock::event {
namespace {

bool IsRouter(StepKind kind) {
  return kind == StepKind::kRegexRouter || kind == StepKind::kLogicalRouter;
}

// Whether it took the record.
bool WalkLogicalRouter(const TransformStep& step, bool is_row, Route* route) {
  const std::string old_topic = route->topic;
  if (!step.route.Apply(&route->topic)) return false;
  route->key_name = AdjustName(route->topic, step.key_names, NameKind::kSchema);
  if (is_row && route->shape == Shape::kEnvelope) route->value_name = route->key_name;
  if (step.key_field.empty()) return true;
  std::string identifier = old_topic;
  (void)step.key_route.regex.Replace(old_topic, step.key_route.replacement, &identifier);
  route->key_fields.emplace_back(step.key_field, identifier);
  return true;
}

}  // namespace

bool TopicRule::Apply(std::string* topic) const {
  std::string result;
  if (!regex.Replace(*topic, replacement, &result) || result.empty()) return false;
  *topic = std::move(result);
  return true;
}

Route WalkChain(const std::vector<TransformStep>& chain, std::string topic, std::string schema_name,
                bool is_row) {
  Route route;
  route.topic = std::move(topic);
  route.value_name = route.key_name = std::move(schema_name);
  route.rest = chain.size();
  for (size_t i = 0; i < chain.size(); ++i) {
    const TransformStep& step = chain[i];
    const bool is_envelope = is_row && route.shape == Shape::kEnvelope;
    if (!step.AppliesTo(route.topic) || (!is_envelope && !IsRouter(step.kind))) continue;
    switch (step.kind) {
      case StepKind::kRegexRouter:
        if (step.route.Apply(&route.topic) && is_envelope) route.flat_shares_headers = false;
        break;
      case StepKind::kLogicalRouter:
        if (WalkLogicalRouter(step, is_row, &route) && is_envelope) {
          route.flat_shares_headers = false;
        }
        break;
      case StepKind::kFlat:
      case StepKind::kOutbox:
        route.shape = step.kind == StepKind::kFlat ? Shape::kFlat : Shape::kOutbox;
        route.rest = i + 1;
        break;
      case StepKind::kChangedState:
        route.changed_states.push_back(&step);
        route.changed_shares_headers = route.flat_shares_headers;
        break;
      case StepKind::kTimeZone:
        route.time_zone = &step;
        route.time_zone_topic = route.topic;
        break;
    }
  }
  return route;
}

std::string RouteTopic(const std::vector<TransformStep>& chain, size_t from, std::string topic) {
  for (size_t i = from; i < chain.size(); ++i) {
    if (IsRouter(chain[i].kind) && chain[i].AppliesTo(topic)) (void)chain[i].route.Apply(&topic);
  }
  return topic;
}

}  // namespace penstock::event
