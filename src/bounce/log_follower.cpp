#include "bounce/log_follower.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace mxpulse::bounce {

LogFollower::~LogFollower() { close(); }

Result<bool> LogFollower::read() {
  if (fd_ < 0) {
    auto opened = open();
    if (!opened) return opened;
  }
  rewind_if_truncated();
  if (read_some()) return true;
  if (!was_rotated()) return false;
  // Whoever wrote the old file may have done so between our last read and the renaming.
  if (read_some()) return true;
  close();
  return open();
}

Result<bool> LogFollower::open() {
  using Failed = Result<bool>;
  const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return Failed::failure(path_ + ": " + std::strerror(errno));
  struct stat status {};
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(fd);
    return Failed::failure(path_ + ": is not a file");
  }
  fd_ = fd;
  device_ = status.st_dev;
  inode_ = status.st_ino;
  position_ = 0;
  return true;
}

// Whether the limit ended it, not the file.
bool LogFollower::read_some() {
  std::array<char, 65536> buffer;
  for (std::size_t total = 0; total < kReadMax;) {
    const ssize_t count = pread(fd_, buffer.data(), buffer.size(), position_);
    if (count <= 0) return false;
    position_ += count;
    total += static_cast<std::size_t>(count);
    take_lines({buffer.data(), static_cast<std::size_t>(count)});
  }
  return true;
}

void LogFollower::take_lines(std::string_view bytes) {
  for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    const auto piece = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    if (std::exchange(leaving_out_, false)) continue;
    if (unfinished_.empty()) {
      take_(piece);
      continue;
    }
    unfinished_.append(piece);
    take_(unfinished_);
    unfinished_.clear();
  }
  if (leaving_out_) return;
  unfinished_.append(bytes);
  if (unfinished_.size() <= kLineMax) return;
  unfinished_.clear();
  leaving_out_ = true;
  ++lines_left_out_;
}

bool LogFollower::was_rotated() const {
  struct stat status {};
  if (stat(path_.c_str(), &status) != 0) return false;  // between the renaming and the new file; the old one is all there is
  return status.st_dev != device_ || status.st_ino != inode_;
}

void LogFollower::rewind_if_truncated() {
  struct stat status {};
  if (fstat(fd_, &status) != 0 || status.st_size >= position_) return;
  position_ = 0;
  unfinished_.clear();
  leaving_out_ = false;
}

void LogFollower::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  unfinished_.clear();
  leaving_out_ = false;
}

}  // namespace mxpulse::bounce
