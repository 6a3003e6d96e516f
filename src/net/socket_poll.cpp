#include "net/socket_poll.hpp"

#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

#include "net/socket_watch.hpp"
#include "net/turn_share.hpp"

namespace mxpulse::net {

SocketPoll::SocketPoll(uv_loop_t& loop)
    : loop_(loop), epoll_(epoll_create1(EPOLL_CLOEXEC)), deadlines_(DeadlineWheel::Time(uv_now(&loop))) {
  if (epoll_ < 0) throw std::runtime_error(std::string("cannot make an epoll: ") + std::strerror(errno));
  poll_.data = this;
  timer_.data = this;
  more_due_.data = this;
  uv_timer_init(&loop_, &timer_);
  uv_idle_init(&loop_, &more_due_);
  [[maybe_unused]] int error = uv_poll_init(&loop_, &poll_, epoll_);
  assert(error == 0);
  error =
      uv_poll_start(&poll_, UV_READABLE, [](uv_poll_t* poll, int, int) { static_cast<SocketPoll*>(poll->data)->tell_ready(); });
  assert(error == 0);
}

SocketPoll::~SocketPoll() { close(epoll_); }

void SocketPoll::end() {
  const auto closed = [](uv_handle_t* handle) { static_cast<SocketPoll*>(handle->data)->one_closed(); };
  uv_close(reinterpret_cast<uv_handle_t*>(&poll_), closed);
  uv_close(reinterpret_cast<uv_handle_t*>(&timer_), closed);
  uv_close(reinterpret_cast<uv_handle_t*>(&more_due_), closed);
}

void SocketPoll::one_closed() {
  if (--open_ == 0) delete this;
}

bool SocketPoll::watch(SocketWatch& watch, int fd, std::uint32_t before, std::uint32_t events) {
  if (before == events) return true;
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watch;
  const int operation = before == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
  return epoll_ctl(epoll_, operation, fd, &event) == 0;
}

void SocketPoll::forget(const SocketWatch& watch) {
  for (std::size_t i = told_; i < ready_count_; ++i) {
    if (ready_[i].data.ptr == &watch) ready_[i].data.ptr = nullptr;
  }
}

// What is not told comes again in the next turn, behind the others: epoll reports in turn what stays ready.
void SocketPoll::tell_ready() {
  const int count = epoll_wait(epoll_, ready_.data(), static_cast<int>(ready_.size()), 0);
  ready_count_ = count > 0 ? static_cast<std::size_t>(count) : 0;
  const TurnShare share;
  for (told_ = 0; told_ < ready_count_;) {
    const epoll_event event = ready_[told_++];
    if (event.data.ptr != nullptr) static_cast<SocketWatch*>(event.data.ptr)->tell(event.events);
    if (share.over()) break;
  }
  ready_count_ = 0;
}

void SocketPoll::set_deadline(DeadlineWheel::Deadline& deadline, Duration limit) {
  uv_update_time(&loop_);
  const auto due = now() + std::max(DeadlineWheel::Time(0), std::chrono::ceil<DeadlineWheel::Time>(limit));
  deadlines_.set(deadline, due);
  if (uv_is_active(reinterpret_cast<uv_handle_t*>(&timer_)) == 0 ||
      due - now() < DeadlineWheel::Time(uv_timer_get_due_in(&timer_)))
    sleep_until(due);
}

void SocketPoll::tell_due() {
  uv_update_time(&loop_);
  const TurnShare share;
  while (DeadlineWheel::Deadline* due = deadlines_.take(now())) {
    static_cast<SocketWatch*>(due)->tell_due();
    if (share.over()) return go_on_in_next_turn();
  }
  uv_idle_stop(&more_due_);
  if (const auto next = deadlines_.next()) sleep_until(*next);
}

// Not by a timer: it would sleep a millisecond, and thousands of deadlines come at once.
void SocketPoll::go_on_in_next_turn() {
  uv_timer_stop(&timer_);
  uv_idle_start(&more_due_, [](uv_idle_t* idle) { static_cast<SocketPoll*>(idle->data)->tell_due(); });
}

// The wheel tells at whole ticks.
void SocketPoll::sleep_until(DeadlineWheel::Time due) {
  const auto tick = (due + DeadlineWheel::kTick - DeadlineWheel::Time(1)) / DeadlineWheel::kTick * DeadlineWheel::kTick;
  const auto delay = std::max(DeadlineWheel::Time(1), tick - now());  // 0 would keep the loop from its sockets (timer.cpp)
  uv_timer_start(
      &timer_, [](uv_timer_t* timer) { static_cast<SocketPoll*>(timer->data)->tell_due(); },
      static_cast<std::uint64_t>(delay.count()), 0);
}

DeadlineWheel::Time SocketPoll::now() const { return DeadlineWheel::Time(uv_now(&loop_)); }

}  // namespace mxpulse::net
