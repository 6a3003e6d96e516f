#include "bounce/log_position.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include "mxpulse/stable_hash.hpp"

namespace mxpulse::bounce {
namespace {

constexpr std::size_t kRotatedMax = 1000;  // files beside a log that are looked at

struct Found {
  std::string path;
  struct stat status {};
};

std::optional<Found> look_at(const std::string& path) {
  Found found{path, {}};
  if (stat(path.c_str(), &found.status) != 0 || !S_ISREG(found.status.st_mode)) return std::nullopt;
  return found;
}

bool is_same_inode(const Found& file, const LogPosition& position) {
  return file.status.st_dev == position.device && file.status.st_ino == position.inode;
}

std::string read_head(const Found& file, std::size_t size) {
  const int fd = open(file.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return "";
  std::string head = bounce::read_head(fd, size);
  close(fd);
  return head;
}

bool has_same_start(const Found& file, const LogPosition& position) {
  if (static_cast<std::uint64_t>(file.status.st_size) < position.offset) return false;
  const std::string head = read_head(file, position.head_size);
  return head.size() == position.head_size && stable_hash(head) == position.head_hash;
}

// "mail.log.1", "mail.log-20261125": what logrotate(8) and exicyclog(8) make of "mail.log". Compressed ones cannot be told.
bool is_rotated_name(std::string_view name, std::string_view log) {
  if (!name.starts_with(log) || name.size() < log.size() + 2) return false;
  const auto suffix = name.substr(log.size());
  return (suffix[0] == '.' || suffix[0] == '-') && suffix.size() <= 32 &&
         std::all_of(suffix.begin() + 1, suffix.end(), [](char c) { return (c >= '0' && c <= '9') || c == '-'; });
}

// The clock of a file system is coarse: where it does not tell, ".1" is later than ".2", and "-20261125" than "-20261124".
bool is_later(const Found& a, const Found& b) {
  const auto written = [](const Found& one) { return std::pair(one.status.st_mtim.tv_sec, one.status.st_mtim.tv_nsec); };
  if (written(a) != written(b)) return written(a) > written(b);
  const auto order = [](const Found& one) { return std::pair(one.path.size(), one.path); };
  const auto dated = [](const Found& one) { return one.path[one.path.find_last_of(".-")] == '-'; };
  if (dated(a) != dated(b)) return dated(a);
  return dated(a) ? order(a) > order(b) : order(a) < order(b);
}

// The latest first.
std::vector<Found> rotated_beside(const std::filesystem::path& path) {
  std::vector<Found> all;
  std::error_code ignored;
  const std::string log = path.filename().string();
  for (const auto& entry : std::filesystem::directory_iterator(path.parent_path(), ignored)) {
    if (!is_rotated_name(entry.path().filename().string(), log)) continue;
    if (auto found = look_at(entry.path().string())) all.push_back(std::move(*found));
    if (all.size() == kRotatedMax) break;
  }
  std::sort(all.begin(), all.end(), is_later);
  return all;
}

}  // namespace

std::string LogPosition::text() const {
  std::string all = "log";
  for (const auto number : {device, inode, offset, head_size, head_hash}) all += ' ' + std::to_string(number);
  return all;
}

std::optional<LogPosition> LogPosition::parse(std::string_view text) {
  if (!text.starts_with("log")) return std::nullopt;
  text.remove_prefix(3);
  std::array<std::uint64_t, 5> numbers{};
  for (auto& number : numbers) {
    if (!text.starts_with(' ')) return std::nullopt;
    const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  const LogPosition position{numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]};
  const bool sound =
      text.empty() && position.offset <= INT64_MAX && position.head_size <= kHeadMax && position.head_size <= position.offset;
  return sound ? std::optional(position) : std::nullopt;
}

std::string read_head(int fd, std::size_t size) {
  std::string head(std::min(size, kHeadMax), '\0');
  const ssize_t count = pread(fd, head.data(), head.size(), 0);
  head.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  return head;
}

LogPosition first_position(const std::string& path) {
  for (const Found& file : rotated_beside(path)) {
    const auto size = static_cast<std::uint64_t>(file.status.st_size);
    const std::string head = read_head(file, std::min<std::uint64_t>(size, kHeadMax));
    if (!head.empty()) return {file.status.st_dev, file.status.st_ino, size, head.size(), stable_hash(head)};
  }
  return {};
}

std::vector<LogPiece> unread_pieces(const std::string& path, const LogPosition& position) {
  const auto is_ours = [&](const Found& file) { return has_same_start(file, position); };
  const bool nothing_read = position.head_size == 0;
  const auto current = look_at(path);
  if (current && !nothing_read && is_ours(*current)) return {{path, position.offset}};

  const auto rotated = rotated_beside(path);
  std::vector<LogPiece> pieces;
  auto later = rotated.rbegin();
  if (!nothing_read) {
    auto old = std::find_if(rotated.begin(), rotated.end(),
                            [&](const Found& file) { return is_same_inode(file, position) && is_ours(file); });
    if (old == rotated.end()) old = std::find_if(rotated.begin(), rotated.end(), is_ours);
    if (old == rotated.end()) return {{path, 0}};
    pieces.push_back({old->path, position.offset});
    later = std::make_reverse_iterator(old);
  }
  for (; later != rotated.rend(); ++later) pieces.push_back({later->path, 0});
  pieces.push_back({path, 0});
  return pieces;
}

}  // namespace mxpulse::bounce
