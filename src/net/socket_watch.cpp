#include "net/socket_watch.hpp"

#include "net/socket_poll.hpp"

namespace mxpulse::net {

SocketWatch::SocketWatch(Loop& loop, int fd, SocketListener& listener) : poll_(loop.sockets()), listener_(listener), fd_(fd) {}

SocketWatch::~SocketWatch() {
  clear_deadline();
  wait_for(false, false);
  poll_.forget(*this);
}

bool SocketWatch::wait_for(bool readable, bool writable) {
  const std::uint32_t events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);
  if (!poll_.watch(*this, fd_, events_, events)) return false;
  events_ = events;
  return true;
}

void SocketWatch::set_deadline(Duration limit) { poll_.set_deadline(*this, limit); }

void SocketWatch::clear_deadline() { DeadlineWheel::clear(*this); }

void SocketWatch::tell(std::uint32_t events) {
  const bool failed = (events & (EPOLLERR | EPOLLHUP)) != 0;
  listener_.on_ready(failed || (events & EPOLLIN) != 0, failed || (events & EPOLLOUT) != 0);
}

}  // namespace mxpulse::net
