#include "bounce/maildir.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>
#include <memory>

#include "mxpulse/stable_hash.hpp"

namespace mxpulse::bounce {
namespace {

constexpr const char* kFolders[] = {"new", "cur"};
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kOverlap = 120 * kSecond;  // between the writing of a message and its move into new/
constexpr std::size_t kTakenMax = 30;             // fits into a position
constexpr std::size_t kWaitingMax = 100'000;      // the others are found when these are taken

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * kSecond + time.tv_nsec; }

std::string read_file(const std::string& path, int& error) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) {
    error = errno;
    return {};
  }
  std::string text(kMessageReadMax, '\0');
  std::size_t size = 0;
  for (ssize_t count = 1; count > 0 && size < text.size(); size += static_cast<std::size_t>(std::max<ssize_t>(count, 0))) {
    count = ::read(fd, text.data() + size, text.size() - size);
    if (count < 0) error = errno;
  }
  ::close(fd);
  text.resize(size);
  return text;
}

template <typename Number>
bool take_number(std::string_view& text, Number& number, int base, char end) {
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  if (text.empty()) return end == ' ';
  if (text.front() != end) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

// "TIME:HASH TIME:HASH ...": the newest messages taken, in hexadecimal.
std::string Maildir::position() const {
  std::string text;
  for (const Taken& one : taken_) {
    char word[40];
    auto end = std::to_chars(word, word + 18, one.time, 16).ptr;
    *end++ = ':';
    end = std::to_chars(end, word + 39, one.hash, 16).ptr;
    text.append(text.empty() ? "" : " ").append(word, end);
  }
  return text;
}

bool Maildir::resume(std::string_view position) {
  std::vector<Taken> before;
  while (!position.empty()) {
    Taken one;
    if (!take_number(position, one.time, 16, ':') || !take_number(position, one.hash, 16, ' ')) return false;
    if (before.size() >= kTakenMax || one.time < 0) return false;
    before.push_back(one);
  }
  if (before.empty()) return false;
  taken_.assign(before.begin(), before.end());
  before_ = std::move(before);
  return true;
}

Result<bool> Maildir::read(SystemTime now) {
  if (waiting_.empty() && has_changed(now)) {
    std::unordered_set<std::string> present;
    for (const char* folder : kFolders) {
      auto looked = look(path_ + "/" + folder, present);
      if (!looked) return looked;
    }
    known_ = std::move(present);
    std::sort(waiting_.begin(), waiting_.end(),
              [](const Message& a, const Message& b) { return a.time != b.time ? a.time < b.time : a.name < b.name; });
  }
  for (std::size_t count = 0; count < kMessagesARead && !waiting_.empty(); ++count) {
    const Message message = std::move(waiting_.front());
    waiting_.pop_front();
    int error = 0;
    const auto text = read_file(message.path, error);
    if (error == ENOENT) {  // moved or removed meanwhile: if it was moved, it is found again
      known_.erase(message.name);
      looked_at_[0] = -1;
      continue;
    }
    note(message);
    if (error != 0) return Result<bool>::failure(message.path + ": " + std::strerror(error));
    take_(text);
  }
  return !waiting_.empty();
}

// Whether new/ or cur/ may hold other messages than when it was looked into. A change within the grain of its time is taken for
// one.
bool Maildir::has_changed(SystemTime now) {
  bool changed = false;
  const auto nanoseconds_now = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  for (std::size_t at = 0; at < 2; ++at) {
    struct stat status {};
    const auto time = stat((path_ + "/" + kFolders[at]).c_str(), &status) == 0 ? nanoseconds(status.st_mtim) : -1;
    changed = changed || time < 0 || time != looked_at_[at];
    looked_at_[at] = time > nanoseconds_now - 2 * kSecond ? -1 : time;
  }
  return changed;
}

Result<bool> Maildir::look(const std::string& folder, std::unordered_set<std::string>& present) {
  struct Close {
    void operator()(DIR* open) const { closedir(open); }
  };
  const std::unique_ptr<DIR, Close> open(opendir(folder.c_str()));
  if (!open) return Result<bool>::failure(folder + ": " + std::strerror(errno));
  while (const dirent* entry = readdir(open.get())) {
    const std::string_view file(entry->d_name);
    if (file.starts_with('.')) continue;
    std::string name(file.substr(0, file.find(':')));
    const bool is_known = known_.contains(name) || present.contains(name);
    if (!is_known && waiting_.size() >= kWaitingMax) {
      looked_at_[0] = -1;
      continue;
    }
    present.insert(name);
    if (is_known) continue;
    Message message{0, std::move(name), folder + "/" + std::string(file)};
    struct stat status {};
    if (lstat(message.path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    message.time = nanoseconds(status.st_mtim);
    if (!was_taken_before(message)) waiting_.push_back(std::move(message));
  }
  return true;
}

bool Maildir::was_taken_before(const Message& message) const {
  if (!before_) return false;
  const std::int64_t newest = before_->back().time;
  if (message.time > newest) return false;
  // As far back as the names reach: what is older, or as old as the first of them, was taken.
  const bool all_names = before_->size() < kTakenMax;
  if (message.time < newest - kOverlap || (!all_names && message.time <= before_->front().time)) return true;
  const auto hash = stable_hash(message.name);
  return std::any_of(before_->begin(), before_->end(), [&](const Taken& one) { return one.hash == hash; });
}

void Maildir::note(const Message& message) {
  const Taken taken{message.time, stable_hash(message.name)};
  const auto later = std::find_if(taken_.begin(), taken_.end(), [&](const Taken& one) { return one.time > taken.time; });
  taken_.insert(later, taken);
  if (taken_.size() > kTakenMax) taken_.pop_front();
}

}  // namespace mxpulse::bounce
