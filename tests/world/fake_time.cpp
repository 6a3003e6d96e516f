#include "world/fake_time.hpp"

#include <algorithm>
#include <optional>

namespace mxpulse::test {

class FakeTime::FakeAlarm final : public Alarm {
 public:
  FakeAlarm(FakeTime& time, std::function<void()> on_due)
      : time_(time), on_due_(std::make_shared<std::function<void()>>(std::move(on_due))) {}
  ~FakeAlarm() override { stop(); }
  FakeAlarm(const FakeAlarm&) = delete;
  FakeAlarm& operator=(const FakeAlarm&) = delete;

  void start_once(Duration delay) override { start(delay, Duration(0)); }
  void start_every(Duration interval) override { start(interval, interval); }
  void stop() override {
    if (place_) time_.due_.erase(*place_);
    place_.reset();
  }

  void ring() {
    const auto on_due = on_due_;  // the call may destroy this
    stop();
    if (every_ > Duration(0)) start(every_, every_);
    (*on_due)();
  }

 private:
  void start(Duration delay, Duration every) {
    stop();
    every_ = every;
    // The loop knows milliseconds, rounded up.
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(std::max(delay, Duration(0)));
    place_ = {time_.running_ + rounded, time_.starts_++};
    time_.due_.emplace(*place_, this);
  }

  FakeTime& time_;
  std::shared_ptr<std::function<void()>> on_due_;
  Duration every_{0};
  std::optional<std::pair<Duration, std::uint64_t>> place_;
};

std::unique_ptr<Alarm> FakeTime::make(std::function<void()> on_due) {
  return std::make_unique<FakeAlarm>(*this, std::move(on_due));
}

bool FakeTime::turn(Duration time) {
  if (due_.empty() || due_.begin()->first.first > running_ + time) {
    running_ += time;
    return false;
  }
  running_ = std::max(running_, due_.begin()->first.first);
  due_.begin()->second->ring();
  return true;
}

void FakeTime::pass(Duration time) {
  for (const Duration end = running_ + time; turn(end - running_);) {
  }
}

}  // namespace mxpulse::test
