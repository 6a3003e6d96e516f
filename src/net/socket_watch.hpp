// Waits for one socket and for one deadline at a time.
#pragma once

#include "mxpulse/time.hpp"
#include "net/loop.hpp"

namespace mxpulse::net {

class SocketListener {
 public:
  virtual ~SocketListener() = default;
  // The socket can be read or written, or has failed: the next read, write or SO_ERROR tells which.
  virtual void on_ready(bool readable, bool writable) = 0;
  virtual void on_deadline() = 0;
};

// The socket stays the caller's: it must outlive the watch and is closed after it. Either callback may destroy the watch.
class SocketWatch {
 public:
  SocketWatch(Loop& loop, int fd, SocketListener& listener);
  ~SocketWatch();
  SocketWatch(const SocketWatch&) = delete;
  SocketWatch& operator=(const SocketWatch&) = delete;

  // What to wait for from now on; both false: only the deadline. Errors and hang-ups wake either kind.
  void wait_for(bool readable, bool writable);
  // Calls on_deadline() once, `limit` from now (milliseconds, rounded up). Setting it again forgets the earlier one.
  void set_deadline(Duration limit);
  void clear_deadline();

 private:
  struct Handles;
  Handles* handles_;  // freed by the loop once it let go of both
};

}  // namespace mxpulse::net
