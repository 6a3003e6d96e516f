#include "cli/target_source.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <string_view>

namespace mxpulse::cli {
namespace {

constexpr std::size_t kLineMax = 1024;  // no domain name is longer, whatever its encoding

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r";
  const auto first = line.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

TargetSource TargetSource::lines_of(int fd) {
  TargetSource source({});
  source.fd_ = fd;
  return source;
}

std::optional<std::string> TargetSource::next() {
  if (position_ == targets_.size() && fd_ >= 0) read_available();
  if (position_ == targets_.size()) return std::nullopt;
  return std::move(targets_[position_++]);
}

void TargetSource::read_available() {
  targets_.clear();
  position_ = 0;
  pollfd readable{fd_, POLLIN, 0};
  if (poll(&readable, 1, 0) == 0) return;

  std::array<char, 65536> buffer;
  const ssize_t count = read(fd_, buffer.data(), buffer.size());
  if (count > 0) unfinished_.append(buffer.data(), static_cast<std::size_t>(count));
  if (count <= 0) {
    fd_ = -1;
    if (!unfinished_.empty()) unfinished_ += '\n';
  }

  std::string_view rest = unfinished_;
  for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    const auto line = trimmed(rest.substr(0, end));
    if (!line.empty() && line.front() != '#') targets_.emplace_back(line.substr(0, kLineMax));
    rest.remove_prefix(end + 1);
  }
  unfinished_ = rest.substr(0, kLineMax + 1);  // longer than any name: the rest of it changes nothing
}

}  // namespace mxpulse::cli
