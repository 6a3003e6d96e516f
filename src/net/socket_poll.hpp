// All watched sockets of a loop: one epoll of their own, for which the loop waits as for one socket, and one wheel of deadlines.
// A uv_poll_t and a uv_timer_t for each would cost a probe four system calls and 300 bytes more (tests/bench/README.md).
#pragma once

#include <sys/epoll.h>
#include <uv.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "mxpulse/time.hpp"
#include "net/deadline_wheel.hpp"

namespace mxpulse::net {

class SocketWatch;

class SocketPoll {
 public:
  explicit SocketPoll(uv_loop_t& loop);  // throws std::runtime_error when the system gives no epoll
  // Every SocketWatch is gone. Frees itself once the loop let go of its handles.
  void end();

  // `events` as in epoll_ctl(2), `before` what it was; 0: none.
  bool watch(SocketWatch& watch, int fd, std::uint32_t before, std::uint32_t events);
  // It is gone: what was reported of it and not told yet is forgotten.
  void forget(const SocketWatch& watch);

  void set_deadline(DeadlineWheel::Deadline& deadline, Duration limit);

 private:
  static constexpr std::size_t kEventsATurn = 32;

  ~SocketPoll();
  void tell_ready();
  void tell_due();
  void go_on_in_next_turn();
  void sleep_until(DeadlineWheel::Time due);
  DeadlineWheel::Time now() const;
  void one_closed();

  uv_loop_t& loop_;
  int epoll_;
  uv_poll_t poll_{};
  uv_timer_t timer_{};
  uv_idle_t more_due_{};
  int open_ = 3;  // handles
  std::array<epoll_event, kEventsATurn> ready_{};
  std::size_t ready_count_ = 0;
  std::size_t told_ = 0;
  DeadlineWheel deadlines_;
};

}  // namespace mxpulse::net
