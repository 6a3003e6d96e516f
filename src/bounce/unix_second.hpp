// Times that somebody else wrote, and that our clock may be too small for.
#pragma once

#include <cstdint>
#include <optional>

#include "mxpulse/time.hpp"

namespace mxpulse::bounce {

// Year 2191. SystemTime counts nanoseconds in 64 bits and ends in 2262.
inline constexpr std::int64_t kUnixSecondsMax = 7'000'000'000;

// The instant so many seconds after the beginning of 1970 (UTC); nothing outside 0 to kUnixSecondsMax.
inline std::optional<SystemTime> at_unix_second(std::int64_t seconds) {
  if (seconds < 0 || seconds > kUnixSecondsMax) return std::nullopt;
  return SystemTime(std::chrono::seconds(seconds));
}

}  // namespace mxpulse::bounce
