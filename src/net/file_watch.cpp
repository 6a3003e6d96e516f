#include "net/file_watch.hpp"

#include <uv.h>

#include <filesystem>

namespace mxpulse::net {

struct FileWatch::Handle {
  uv_fs_event_t event{};
  std::string name;
  std::function<void()> on_change;

  static void changed(uv_fs_event_t* event, const char* name, int, int) {
    auto* handle = static_cast<Handle*>(event->data);
    if (name != nullptr && !handle->name.empty() && handle->name != name) return;
    const auto on_change = handle->on_change;  // the watch may be destroyed in it
    on_change();
  }
};

FileWatch::FileWatch(Loop& loop, const std::string& path, Duration poll_interval, std::function<void()> on_change)
    : handle_(new Handle), poll_(loop, on_change) {
  const std::filesystem::path file(path);
  handle_->name = file.filename();
  handle_->on_change = std::move(on_change);
  handle_->event.data = handle_;
  uv_fs_event_init(loop.handle(), &handle_->event);
  // Without a folder to watch, or out of inotify watches, polling alone must do.
  [[maybe_unused]] const int error = uv_fs_event_start(&handle_->event, &Handle::changed, file.parent_path().c_str(), 0);
  poll_.start_every(poll_interval);
}

FileWatch::~FileWatch() {
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->event),
           [](uv_handle_t* closed) { delete static_cast<Handle*>(closed->data); });
}

}  // namespace mxpulse::net
