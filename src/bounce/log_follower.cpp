#include "bounce/log_follower.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "mxpulse/stable_hash.hpp"

namespace mxpulse::bounce {

LogFollower::~LogFollower() { close(); }

void LogFollower::resume(const LogPosition& position, TakeLine recall) {
  recall_ = std::move(recall);
  left_at_ = position;
}

void LogFollower::read_on(const LogPosition& from) {
  const auto pieces = unread_pieces(path_, from);
  pieces_.assign(pieces.begin(), pieces.end());
  passed_ = 0;
}

Result<bool> LogFollower::read() {
  if (!left_at_) left_at_ = first_position(path_);
  if (fd_ < 0) {
    if (pieces_.empty()) read_on(*left_at_);
    auto opened = open_next();
    if (!opened) return opened;
  }
  if (was_truncated() || was_copied_unread()) return true;
  if (read_some()) return true;
  if (pieces_.empty()) {
    if (!was_rotated()) return false;
    // Whoever wrote the old file may have done so between our last read and the renaming.
    if (read_some()) return true;
    read_on(*position());
  }
  close();
  return open_next();
}

// A piece that is gone, or is no file any more, is passed over; the file at the path is waited for, and what is rotated until
// then.
Result<bool> LogFollower::open_next() {
  using Failed = Result<bool>;
  while (true) {
    const LogPiece piece = pieces_.front();
    pieces_.pop_front();
    ++passed_;
    const bool is_last = pieces_.empty();
    const int fd = ::open(piece.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && is_last) return Failed::failure(piece.path + ": " + std::strerror(errno));
    if (fd < 0) continue;
    struct stat status {};
    if (piece.offset > 0 && !is_where_we_left(fd)) {  // it was truncated since it was found
      ::close(fd);
      read_on(*left_at_);
      continue;
    }
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
      device_ = status.st_dev;
      inode_ = status.st_ino;
      take_up(fd, piece.offset);
      return true;
    }
    ::close(fd);
    if (is_last) return Failed::failure(piece.path + ": is not a file");
  }
}

bool LogFollower::is_where_we_left(int fd) const {
  struct stat status {};
  const std::string head = read_head(fd, left_at_->head_size);
  return fstat(fd, &status) == 0 && static_cast<std::uint64_t>(status.st_size) >= left_at_->offset &&
         head.size() == left_at_->head_size && stable_hash(head) == left_at_->head_hash;
}

void LogFollower::take_up(int fd, std::uint64_t offset) {
  const TakeLine recall = std::exchange(recall_, nullptr);
  const std::uint64_t start = recall ? offset - std::min(offset, kRecallMax) : offset;
  fd_ = fd;
  recalling_ = recall;
  recall_until_ = static_cast<off_t>(offset);
  position_ = line_start_ = static_cast<off_t>(start);
  head_ = read_head(fd_, static_cast<std::size_t>(std::min<std::uint64_t>(start, kHeadMax)));
  unfinished_.clear();
  leaving_out_ = start > 0 && start < offset;  // amid a line
}

std::optional<LogPosition> LogFollower::position() const {
  // A file of which nothing was taken has nothing to know it by: an inode may be another file's, or be truncated and filled
  // again.
  if (fd_ < 0 || line_start_ == 0) return left_at_;
  // What is read again for its sake was taken.
  const auto offset = static_cast<std::uint64_t>(std::max(line_start_, recall_until_));
  const std::string head = head_.substr(0, std::min<std::uint64_t>(offset, kHeadMax));
  return LogPosition{device_, inode_, offset, head.size(), stable_hash(head)};
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
  const off_t start = position_ - static_cast<off_t>(bytes.size());
  if (static_cast<std::size_t>(start) == head_.size() && head_.size() < kHeadMax)
    head_.append(bytes.substr(0, kHeadMax - head_.size()));
  const auto whole = bytes;
  for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    const auto piece = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    if (!std::exchange(leaving_out_, false)) {
      if (unfinished_.size() + piece.size() > kLineMax) {
        ++lines_left_out_;
      } else if (unfinished_.empty()) {
        give(piece);
      } else {
        unfinished_.append(piece);
        give(unfinished_);
      }
      unfinished_.clear();
    }
    line_start_ = start + static_cast<off_t>(whole.size() - bytes.size());
  }
  if (leaving_out_) return;
  unfinished_.append(bytes);
  if (unfinished_.size() <= kLineMax) return;
  unfinished_.clear();
  leaving_out_ = true;
  ++lines_left_out_;
}

void LogFollower::give(std::string_view line) {
  if (line_start_ < recall_until_)
    recalling_(line);
  else
    take_(line);
}

bool LogFollower::was_rotated() const {
  struct stat status {};
  if (stat(path_.c_str(), &status) != 0) return false;  // between the renaming and the new file; the old one is all there is
  return status.st_dev != device_ || status.st_ino != inode_;
}

// Then the pieces that are to be read are new ones.
bool LogFollower::was_truncated() {
  struct stat status {};
  if (fstat(fd_, &status) != 0) return false;
  const std::string head = read_head(fd_, head_.size());  // shorter: it cannot be read now
  if (status.st_size >= position_ && (head == head_ || head.size() < head_.size())) return false;
  read_on(*position());
  close();
  return true;
}

// A file of which nothing was read shows no sign of it: only the copies beside it tell, when there are more than were passed.
bool LogFollower::was_copied_unread() {
  if (position_ > 0 || !pieces_.empty()) return false;
  if (unread_pieces(path_, *left_at_).size() <= passed_) return false;
  close();
  read_on(*left_at_);
  return true;
}

void LogFollower::close() {
  if (line_start_ > 0) passed_ = 1;
  left_at_ = position();
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  unfinished_.clear();
  leaving_out_ = false;
}

}  // namespace mxpulse::bounce
