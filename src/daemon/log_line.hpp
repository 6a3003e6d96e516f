// One event as one line, in logfmt or JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mxpulse/time.hpp"

namespace mxpulse::daemon {

enum class Level : std::uint8_t { kDebug, kInfo, kWarning, kError };
enum class LogFormat : std::uint8_t { kLogfmt, kJson };

constexpr std::string_view label(Level level) {
  switch (level) {
    case Level::kDebug: return "debug";
    case Level::kInfo: return "info";
    case Level::kWarning: return "warning";
    case Level::kError: return "error";
  }
  return "error";
}

// Fields keep the order they are given in; what a remote host said comes last.
struct LogLine {
  SystemTime time;
  Level level = Level::kInfo;
  std::string_view event;
  std::vector<std::pair<std::string_view, std::string>> fields;
};

// Without the line end. Printable ASCII only, whatever the values hold: logfmt writes other bytes as \xNN inside
// quotes, JSON as \u escapes, with U+FFFD for what is not UTF-8.
std::string format(const LogLine& line, LogFormat format);

}  // namespace mxpulse::daemon
