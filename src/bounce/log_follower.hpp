// Reads a log from its start, then what is added to it, over rotation and truncation.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "mxpulse/result.hpp"

namespace mxpulse::bounce {

inline constexpr std::size_t kLineMax = 65'536;    // longer lines are left out, and counted
inline constexpr std::size_t kReadMax = 1u << 20;  // bytes of one read(), so that a great log delays nobody

// - another file at the path (rotation by rename): the old one is read to its end first
// - a file shorter than what was read (copytruncate): read again from its start
// - a last line without its end waits for the rest
class LogFollower {
 public:
  using TakeLine = std::function<void(std::string_view line)>;  // without the line end

  LogFollower(std::string path, TakeLine take) : path_(std::move(path)), take_(std::move(take)) {}
  ~LogFollower();
  LogFollower(const LogFollower&) = delete;
  LogFollower& operator=(const LogFollower&) = delete;

  // Takes the lines that are new, of at most kReadMax bytes; true: there may be more right now. A failure (no such file,
  // no permission) is for now: the next call tries again.
  Result<bool> read();

  std::size_t lines_left_out() const { return lines_left_out_; }

 private:
  Result<bool> open();
  bool read_some();
  void take_lines(std::string_view bytes);
  bool was_rotated() const;
  void rewind_if_truncated();
  void close();

  std::string path_;
  TakeLine take_;
  int fd_ = -1;
  dev_t device_{};
  ino_t inode_{};
  off_t position_ = 0;
  std::string unfinished_;
  bool leaving_out_ = false;  // inside a line that is too long
  std::size_t lines_left_out_ = 0;
};

}  // namespace mxpulse::bounce
