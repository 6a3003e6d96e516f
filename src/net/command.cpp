#include "net/command.hpp"

#include <uv.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace mxpulse::net {
namespace {

constexpr std::size_t kErrorTextMax = 512;

}  // namespace

// The program has ended when its exit was told and both its pipes are at their end.
struct Command::State {
  uv_process_t process{};
  uv_pipe_t output{};
  uv_pipe_t errors{};
  uv_timer_t deadline{};
  std::array<char, 65536> buffer{};
  std::string program;
  std::string error_text;
  std::string why;
  OnOutput on_output;
  OnDone on_done;  // empty once told, or once nobody wants to know
  bool left_running = false;
  int still_open = 0;
  int awaited = 3;  // exit, output, errors

  template <typename Handle>
  void open(Handle& handle) {
    handle.data = this;
    ++still_open;
  }

  template <typename Handle>
  void close(Handle& handle) {
    auto* base = reinterpret_cast<uv_handle_t*>(&handle);
    if (uv_is_closing(base)) return;
    uv_close(base, [](uv_handle_t* closed) {
      auto* state = static_cast<State*>(closed->data);
      if (--state->still_open == 0) delete state;
    });
  }

  void close_all() {
    close(process);
    close(output);
    close(errors);
    close(deadline);
  }

  void one_is_over() {
    if (--awaited > 0) return;
    const auto tell = std::move(on_done);
    on_done = nullptr;
    if (why.empty() && !error_text.empty()) error_text.clear();
    const auto result = why.empty() ? Result<bool>(true)
                                    : Result<bool>::failure(program + ": " + why + (error_text.empty() ? "" : ": " + error_text));
    close_all();
    if (tell) tell(result);
  }

  void read(uv_pipe_t& pipe) {
    uv_read_start(
        reinterpret_cast<uv_stream_t*>(&pipe),
        [](uv_handle_t* handle, std::size_t, uv_buf_t* into) {
          auto* state = static_cast<State*>(handle->data);
          *into = uv_buf_init(state->buffer.data(), static_cast<unsigned>(state->buffer.size()));
        },
        [](uv_stream_t* stream, ssize_t count, const uv_buf_t*) {
          auto* state = static_cast<State*>(stream->data);
          if (count < 0) {
            uv_read_stop(stream);
            return state->one_is_over();
          }
          const std::string_view piece(state->buffer.data(), static_cast<std::size_t>(count));
          if (stream == reinterpret_cast<uv_stream_t*>(&state->output)) {
            if (state->on_done && state->on_output) state->on_output(piece);
          } else {
            state->error_text.append(piece.substr(0, kErrorTextMax - std::min(kErrorTextMax, state->error_text.size())));
          }
        });
  }
};

Command::Command(Loop& loop, const std::vector<std::string>& arguments, Duration limit, OnOutput on_output, OnDone on_done)
    : state_(new State) {
  State& state = *state_;
  state.program = arguments.front();
  state.on_output = std::move(on_output);
  // The command may be destroyed by what it tells: the pointer is ours to forget first.
  state.on_done = [this, tell = std::move(on_done)](Result<bool> result) {
    const auto call = tell;
    state_ = nullptr;
    call(std::move(result));
  };
  uv_pipe_init(loop.handle(), &state.output, 0);
  uv_pipe_init(loop.handle(), &state.errors, 0);
  uv_timer_init(loop.handle(), &state.deadline);
  state.open(state.output);
  state.open(state.errors);
  state.open(state.deadline);

  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& one : arguments) argv.push_back(const_cast<char*>(one.c_str()));
  argv.push_back(nullptr);
  std::array<uv_stdio_container_t, 3> stdio{};
  stdio[0].flags = UV_IGNORE;
  stdio[1].flags = static_cast<uv_stdio_flags>(UV_CREATE_PIPE | UV_WRITABLE_PIPE);
  stdio[1].data.stream = reinterpret_cast<uv_stream_t*>(&state.output);
  stdio[2].flags = static_cast<uv_stdio_flags>(UV_CREATE_PIPE | UV_WRITABLE_PIPE);
  stdio[2].data.stream = reinterpret_cast<uv_stream_t*>(&state.errors);
  uv_process_options_t options{};
  options.file = argv.front();
  options.args = argv.data();
  options.stdio_count = static_cast<int>(stdio.size());
  options.stdio = stdio.data();
  options.exit_cb = [](uv_process_t* process, std::int64_t status, int signal) {
    auto* ended = static_cast<State*>(process->data);
    if (ended->why.empty() && signal != 0) ended->why = "was ended by signal " + std::to_string(signal);
    if (ended->why.empty() && status != 0) ended->why = "ended with status " + std::to_string(status);
    ended->one_is_over();
  };
  const int error = uv_spawn(loop.handle(), &state.process, &options);
  state.open(state.process);
  if (error != 0) {
    state.why = std::string("cannot be run: ") + uv_strerror(error);
    state.awaited = 1;
    uv_timer_start(
        &state.deadline, [](uv_timer_t* timer) { static_cast<State*>(timer->data)->one_is_over(); }, 0, 0);
    return;
  }
  state.read(state.output);
  state.read(state.errors);
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(limit).count();
  uv_timer_start(
      &state.deadline,
      [](uv_timer_t* timer) {
        auto* late = static_cast<State*>(timer->data);
        late->why = "took too long";
        uv_process_kill(&late->process, SIGKILL);
      },
      static_cast<std::uint64_t>(milliseconds), 0);
}

Command::~Command() {
  if (state_ == nullptr) return;
  state_->on_done = nullptr;
  const bool runs = uv_is_active(reinterpret_cast<uv_handle_t*>(&state_->process)) != 0;
  if (!runs || state_->left_running) {
    state_->close_all();
    return;
  }
  // Its end is waited for, so that no zombie stays; a grandchild may keep the pipes open, so those are closed.
  uv_process_kill(&state_->process, SIGKILL);
  state_->awaited = 1;
  state_->close(state_->output);
  state_->close(state_->errors);
  state_->close(state_->deadline);
}

void Command::leave_running() {
  if (state_ != nullptr) state_->left_running = true;
}

}  // namespace mxpulse::net
