#include "net/socket_watch.hpp"

#include <uv.h>

#include <algorithm>
#include <cassert>

namespace mxpulse::net {

// One block for both handles: most probes wait on hosts that never answer, and this is what each of them costs.
struct SocketWatch::Handles {
  uv_poll_t poll{};
  uv_timer_t timer{};
  SocketListener* listener = nullptr;
  int open = 2;

  static void closed(uv_handle_t* handle) {
    auto* handles = static_cast<Handles*>(handle->data);
    if (--handles->open == 0) delete handles;
  }
};

SocketWatch::SocketWatch(Loop& loop, int fd, SocketListener& listener) : handles_(new Handles) {
  handles_->listener = &listener;
  handles_->poll.data = handles_;
  handles_->timer.data = handles_;
  uv_timer_init(loop.handle(), &handles_->timer);
  [[maybe_unused]] const int error = uv_poll_init(loop.handle(), &handles_->poll, fd);
  assert(error == 0 && "not a socket, or watched already");
}

SocketWatch::~SocketWatch() {
  uv_close(reinterpret_cast<uv_handle_t*>(&handles_->poll), &Handles::closed);
  uv_close(reinterpret_cast<uv_handle_t*>(&handles_->timer), &Handles::closed);
}

void SocketWatch::wait_for(bool readable, bool writable) {
  const int events = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);
  if (events == 0) {
    uv_poll_stop(&handles_->poll);
    return;
  }
  uv_poll_start(&handles_->poll, events, [](uv_poll_t* poll, int status, int ready) {
    // A negative status is the poll's way to say "failed": both ways are ready then, and the socket has the errno.
    const bool failed = status < 0;
    auto* listener = static_cast<Handles*>(poll->data)->listener;
    listener->on_ready(failed || (ready & UV_READABLE) != 0, failed || (ready & UV_WRITABLE) != 0);
  });
}

void SocketWatch::set_deadline(Duration limit) {
  uv_update_time(handles_->timer.loop);
  const auto milliseconds = std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(limit).count());
  uv_timer_start(
      &handles_->timer, [](uv_timer_t* timer) { static_cast<Handles*>(timer->data)->listener->on_deadline(); },
      static_cast<std::uint64_t>(milliseconds), 0);
}

void SocketWatch::clear_deadline() { uv_timer_stop(&handles_->timer); }

}  // namespace mxpulse::net
