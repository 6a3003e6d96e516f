#include "gate/webhook_queue.hpp"

#include <algorithm>

namespace mxpulse::gate {

bool WebhookQueue::push(WebhookStep step) {
  steps_.push_back(std::move(step));
  if (steps_.size() <= most_) return true;
  const auto oldest = steps_.begin() + (busy_ ? 1 : 0);
  if (oldest == steps_.begin()) first_try_.reset();
  steps_.erase(oldest);
  return false;
}

const WebhookStep* WebhookQueue::due(SteadyTime now) const {
  return busy_ || steps_.empty() || now < not_before_ ? nullptr : &steps_.front();
}

void WebhookQueue::begin(SteadyTime now) {
  busy_ = true;
  if (!first_try_) first_try_ = now;
}

void WebhookQueue::finish() {
  steps_.pop_front();
  busy_ = false;
  pause_ = Duration(0);
  not_before_ = SteadyTime();
  first_try_.reset();
}

bool WebhookQueue::put_off(SteadyTime now) {
  if (first_try_ && *first_try_ + kPatience <= now) {
    finish();
    return false;
  }
  busy_ = false;
  pause_ = std::clamp<Duration>(2 * pause_, kPauseFirst, kPauseMax);
  not_before_ = now + pause_;
  return true;
}

std::optional<SteadyTime> WebhookQueue::next() const {
  return busy_ || steps_.empty() ? std::nullopt : std::optional(not_before_);
}

}  // namespace mxpulse::gate
