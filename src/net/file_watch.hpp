// Tells when a file may have changed.
#pragma once

#include <functional>
#include <string>

#include "net/loop.hpp"
#include "net/timer.hpp"

namespace mxpulse::net {

// A path that ends in '/' is a folder: whatever changes in it is told.
// Watches the file's folder, so that a file that comes, goes or is exchanged is seen too, and besides looks every
// `poll_interval`: inotify knows nothing of network file systems. The callback may come for nothing; it may destroy the watch.
class FileWatch {
 public:
  FileWatch(Loop& loop, const std::string& path, Duration poll_interval, std::function<void()> on_change);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

 private:
  struct Handle;
  Handle* handle_;  // freed by the loop once it let go of it
  Timer poll_;
};

}  // namespace mxpulse::net
