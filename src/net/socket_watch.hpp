// Waits for one socket and for one deadline at a time.
#pragma once

#include <cstdint>

#include "mxpulse/time.hpp"
#include "net/deadline_wheel.hpp"
#include "net/loop.hpp"

namespace mxpulse::net {

class SocketPoll;

class SocketListener {
 public:
  virtual ~SocketListener() = default;
  // The socket can be read or written, or has failed: the next read, write or SO_ERROR tells which.
  virtual void on_ready(bool readable, bool writable) = 0;
  virtual void on_deadline() = 0;
};

// The socket stays the caller's: it must outlive the watch and is closed after it. Either callback may destroy the watch,
// or any other.
class SocketWatch final : private DeadlineWheel::Deadline {
 public:
  SocketWatch(Loop& loop, int fd, SocketListener& listener);
  ~SocketWatch();
  SocketWatch(const SocketWatch&) = delete;
  SocketWatch& operator=(const SocketWatch&) = delete;

  // What to wait for from now on; both false: only the deadline. Errors and hang-ups wake either kind, again and again
  // until they are taken from the socket. False, with errno of epoll_ctl(2): the system has no room for it, and the deadline
  // alone will come.
  bool wait_for(bool readable, bool writable);
  // Waits for nothing any more, for the socket is closed right after the watch is gone, which takes it out of the epoll: a system
  // call less. Nobody else may have the socket then: it is SOCK_CLOEXEC, and whoever starts a program waits until it runs.
  void leave_to_close() { events_ = 0; }
  // Calls on_deadline() once, `limit` from now, at most DeadlineWheel::kTick later. Setting it again forgets the earlier one.
  void set_deadline(Duration limit);
  void clear_deadline();

 private:
  friend class SocketPoll;
  void tell(std::uint32_t events);
  void tell_due() { listener_.on_deadline(); }

  SocketPoll& poll_;
  SocketListener& listener_;
  int fd_;
  std::uint32_t events_ = 0;  // waited for now, as epoll_ctl(2) has them
};

}  // namespace mxpulse::net
