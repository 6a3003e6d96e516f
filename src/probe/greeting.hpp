// A mail host's greeting, read as it arrives (RFC 5321 4.2: "220-" lines, then "220 ").
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mxpulse::probe {

inline constexpr std::size_t kLineMax = 2048;  // RFC 5321 4.5.3.1.5 says 512; hosts say more
inline constexpr std::size_t kGreetingBytesMax = 8192;
inline constexpr std::size_t kLinesMax = 50;

class Greeting {
 public:
  enum class State { kUnfinished, kComplete, kNotSmtp };

  // Takes what arrived. Bytes beyond the greeting, or beyond its limits, are ignored.
  State take(std::string_view bytes);
  // No more will come: a last line without its end counts as a line.
  State end();

  State state() const { return state_; }
  bool began() const { return total_ > 0; }
  // A whole "NNN-" line came, whatever follows.
  bool is_smtp_so_far() const { return lines_ > 0 && state_ != State::kNotSmtp; }
  // Of the final line, which decides; 200-599. Only when complete.
  int code() const { return code_; }
  // The last line read, or what there is of it; remote bytes as they came.
  const std::string& last_line() const { return line_.empty() ? last_line_ : line_; }

 private:
  void take_line();

  State state_ = State::kUnfinished;
  std::string line_;       // being read
  std::string last_line_;  // read before
  std::size_t total_ = 0;
  std::size_t lines_ = 0;
  int code_ = 0;
};

}  // namespace mxpulse::probe
