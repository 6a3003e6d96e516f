// The targets of a check, one after the other: from the command line, or from standard input as they come.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace mxpulse::cli {

class TargetSource {
 public:
  explicit TargetSource(std::vector<std::string> targets) : targets_(std::move(targets)) {}
  // Reads lines from this descriptor; empty lines and lines that start with '#' are no targets. It is not closed.
  static TargetSource lines_of(int fd);

  // The next target if one is there now; never waits.
  std::optional<std::string> next();
  // No more will come.
  bool ended() const { return position_ == targets_.size() && fd_ < 0; }

 private:
  void read_available();

  std::vector<std::string> targets_;
  std::size_t position_ = 0;
  int fd_ = -1;
  std::string unfinished_;
};

}  // namespace mxpulse::cli
