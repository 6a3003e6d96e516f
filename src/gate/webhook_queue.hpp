// What one receiver is still to be told, in order: one request at a time, again after a failure, ever later.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "gate/webhook_dialect.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::gate {

// Pure. At most `most` steps wait; a newer one pushes out the oldest that is not under way.
class WebhookQueue {
 public:
  static constexpr Duration kPauseFirst = std::chrono::seconds(1);  // doubles with each failure in a row
  static constexpr Duration kPauseMax = std::chrono::minutes(1);
  static constexpr Duration kPatience = std::chrono::hours(1);  // what was tried so long is given up

  explicit WebhookQueue(std::size_t most) : most_(most) {}

  // False: the oldest had to go.
  bool push(WebhookStep step);

  // The step to make now; null while one is under way, or none is due.
  const WebhookStep* due(SteadyTime now) const;
  void begin(SteadyTime now);
  const WebhookStep& under_way() const { return steps_.front(); }
  // The step under way is done for, whatever became of it.
  void finish();
  // It failed, and may succeed later. False: it was tried long enough, and is gone.
  bool put_off(SteadyTime now);

  std::size_t size() const { return steps_.size(); }
  bool is_busy() const { return busy_; }
  // When due() has something next; nothing while one is under way, or nothing waits.
  std::optional<SteadyTime> next() const;

 private:
  std::size_t most_;
  std::deque<WebhookStep> steps_;
  bool busy_ = false;
  Duration pause_{0};
  SteadyTime not_before_{};
  std::optional<SteadyTime> first_try_;  // of the first step
};

}  // namespace mxpulse::gate
