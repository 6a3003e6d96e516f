// A Unix signal, delivered on the loop's thread.
#pragma once

#include <functional>

#include "net/loop.hpp"

namespace mxpulse::net {

class SignalWatch {
 public:
  SignalWatch(Loop& loop, int signal_number, std::function<void()> on_signal);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  struct Handle;
  Handle* handle_;
};

}  // namespace mxpulse::net
