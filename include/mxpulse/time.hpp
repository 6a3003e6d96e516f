// The two clocks of the project: steady time measures intervals, system time is what people and logs read.
#pragma once

#include <chrono>
#include <string>

namespace mxpulse {

using SteadyTime = std::chrono::steady_clock::time_point;
using SystemTime = std::chrono::system_clock::time_point;
using Duration = std::chrono::nanoseconds;

// One instant on both clocks. Pure code is given it and never asks a clock itself.
struct Now {
  SteadyTime steady;
  SystemTime system;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Now now() const = 0;
};

// Seconds as Prometheus and JSON write them.
inline double to_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }
inline double to_unix_seconds(SystemTime time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

// UTC in a format of strftime(3), of at most 63 characters.
std::string utc_text(SystemTime time, const char* format);

// "2026-11-24T07:00:00Z" (RFC 3339)
std::string rfc3339(SystemTime time);

}  // namespace mxpulse
