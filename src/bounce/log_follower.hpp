// Reads a log from its start, or from where it was left, then what is added to it, over rotation and truncation.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "bounce/log_position.hpp"
#include "mxpulse/result.hpp"

namespace mxpulse::bounce {

inline constexpr std::size_t kLineMax = 65'536;    // longer lines are left out, and counted
inline constexpr std::size_t kReadMax = 1u << 20;  // bytes of one read(), so that a great log delays nobody
inline constexpr std::uint64_t kRecallMax =
    65'536;  // bytes before a position that are read again, for what they say of later lines

// - another file at the path (rotation by rename): the old one is read to its end first
// - a file shorter than what was read, or with another start (copytruncate): the copy is read to its end where there is one,
//   then the file from its start
// - a last line without its end waits for the rest
class LogFollower {
 public:
  using TakeLine = std::function<void(std::string_view line)>;  // without the line end

  LogFollower(std::string path, TakeLine take) : path_(std::move(path)), take_(std::move(take)) {}
  ~LogFollower();
  LogFollower(const LogFollower&) = delete;
  LogFollower& operator=(const LogFollower&) = delete;

  // Before the first read(): goes on from there. The lines shortly before are told to `recall`: they were taken once.
  void resume(const LogPosition& position, TakeLine recall);

  // Takes the lines that are new, of at most kReadMax bytes; true: there may be more right now. A failure (no such file,
  // no permission) is for now: the next call tries again.
  Result<bool> read();

  // After the last line that was taken; empty before the first read().
  std::optional<LogPosition> position() const;

  std::size_t lines_left_out() const { return lines_left_out_; }

 private:
  void read_on(const LogPosition& from);
  Result<bool> open_next();
  bool is_where_we_left(int fd) const;
  void take_up(int fd, std::uint64_t offset);
  bool read_some();
  void take_lines(std::string_view bytes);
  void give(std::string_view line);
  bool was_rotated() const;
  bool was_truncated();
  bool was_copied_unread();
  void close();

  std::string path_;
  TakeLine take_;
  TakeLine recall_;                     // for the next file that is opened, once
  TakeLine recalling_;                  // for the open one
  std::deque<LogPiece> pieces_;         // to be read before the file at path_, which is the last
  std::optional<LogPosition> left_at_;  // while no file is open, or nothing was taken of it
  std::size_t passed_ = 0;              // files that were passed since then, its own included
  int fd_ = -1;
  dev_t device_{};
  ino_t inode_{};
  off_t position_ = 0;
  off_t line_start_ = 0;    // of the line that is not finished
  off_t recall_until_ = 0;  // lines that begin before it were taken once
  std::string head_;        // the first bytes, as far as they were read
  std::string unfinished_;
  bool leaving_out_ = false;  // inside a line that is too long
  std::size_t lines_left_out_ = 0;
};

}  // namespace mxpulse::bounce
