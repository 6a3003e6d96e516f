#include "net/timer.hpp"

#include <uv.h>

#include <algorithm>

namespace mxpulse::net {

struct Timer::Handle {
  uv_timer_t timer{};
  std::function<void()> on_due;
};

namespace {

// At least one: a timer of 0 ms that starts itself again keeps a loop of libuv before 1.45 from its sockets.
std::uint64_t to_loop_milliseconds(Duration duration) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::milliseconds>(duration).count()));
}

}  // namespace

Timer::Timer(Loop& loop, std::function<void()> on_due) : handle_(new Handle) {
  handle_->on_due = std::move(on_due);
  handle_->timer.data = handle_;
  uv_timer_init(loop.handle(), &handle_->timer);
}

Timer::~Timer() {
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->timer),
           [](uv_handle_t* closed) { delete static_cast<Handle*>(closed->data); });
}

void Timer::start_once(Duration delay) {
  // The loop's own clock is read once a turn; without the update a long turn would shorten the delay.
  uv_update_time(handle_->timer.loop);
  uv_timer_start(
      &handle_->timer, [](uv_timer_t* due) { static_cast<Handle*>(due->data)->on_due(); }, to_loop_milliseconds(delay), 0);
}

void Timer::start_every(Duration interval) {
  uv_update_time(handle_->timer.loop);
  const auto every = to_loop_milliseconds(interval);
  uv_timer_start(
      &handle_->timer, [](uv_timer_t* due) { static_cast<Handle*>(due->data)->on_due(); }, every, every);
}

void Timer::stop() { uv_timer_stop(&handle_->timer); }

}  // namespace mxpulse::net
