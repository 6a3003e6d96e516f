#include "net/loop.hpp"

#include <time.h>
#include <uv.h>

#include <cassert>
#include <deque>
#include <mutex>
#include <stdexcept>

#include "net/socket_poll.hpp"
#include "net/timer.hpp"

namespace mxpulse::net {

struct Loop::State {
  uv_loop_t loop{};
  uv_async_t wake{};
  SocketPoll* sockets = nullptr;  // from the first watch on
  std::mutex mutex;
  std::deque<std::function<void()>> posted;

  void run_posted() {
    std::deque<std::function<void()>> now;
    {
      const std::lock_guard lock(mutex);
      now.swap(posted);
    }
    for (auto& work : now) work();
  }
};

Loop::Loop() : state_(std::make_unique<State>()) {
  if (const int error = uv_loop_init(&state_->loop); error != 0) {
    throw std::runtime_error(std::string("cannot make an event loop: ") + uv_strerror(error));
  }
  state_->wake.data = state_.get();
  const auto on_wake = [](uv_async_t* wake) { static_cast<State*>(wake->data)->run_posted(); };
  if (const int error = uv_async_init(&state_->loop, &state_->wake, on_wake); error != 0) {
    uv_loop_close(&state_->loop);
    throw std::runtime_error(std::string("cannot make an event loop: ") + uv_strerror(error));
  }
}

Loop::~Loop() {
  if (state_->sockets != nullptr) state_->sockets->end();
  uv_close(reinterpret_cast<uv_handle_t*>(&state_->wake), nullptr);
  uv_run(&state_->loop, UV_RUN_DEFAULT);  // lets handles that were closed before finish closing
  [[maybe_unused]] const int error = uv_loop_close(&state_->loop);
  assert(error == 0 && "a watch or timer outlived its loop");
}

void Loop::run() { uv_run(&state_->loop, UV_RUN_DEFAULT); }

void Loop::stop() { uv_stop(&state_->loop); }

void Loop::post(std::function<void()> work) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->posted.push_back(std::move(work));
  }
  uv_async_send(&state_->wake);
}

std::unique_ptr<Alarm> Loop::make(std::function<void()> on_due) { return std::make_unique<Timer>(*this, std::move(on_due)); }

SocketPoll& Loop::sockets() {
  if (state_->sockets == nullptr) state_->sockets = new SocketPoll(state_->loop);
  return *state_->sockets;
}

uv_loop_s* Loop::handle() const { return &state_->loop; }

Now MachineClock::now() const {
  timespec boot{};
  clock_gettime(CLOCK_BOOTTIME, &boot);
  const auto since_boot = std::chrono::seconds(boot.tv_sec) + std::chrono::nanoseconds(boot.tv_nsec);
  return {SteadyTime(std::chrono::duration_cast<SteadyTime::duration>(since_boot)), std::chrono::system_clock::now()};
}

}  // namespace mxpulse::net
