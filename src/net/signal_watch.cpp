#include "net/signal_watch.hpp"

#include <uv.h>

namespace mxpulse::net {

struct SignalWatch::Handle {
  uv_signal_t signal{};
  std::function<void()> on_signal;
};

SignalWatch::SignalWatch(Loop& loop, int signal_number, std::function<void()> on_signal) : handle_(new Handle) {
  handle_->on_signal = std::move(on_signal);
  handle_->signal.data = handle_;
  uv_signal_init(loop.handle(), &handle_->signal);
  uv_signal_start(
      &handle_->signal, [](uv_signal_t* signal, int) { static_cast<Handle*>(signal->data)->on_signal(); }, signal_number);
}

SignalWatch::~SignalWatch() {
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->signal),
           [](uv_handle_t* closed) { delete static_cast<Handle*>(closed->data); });
}

}  // namespace mxpulse::net
