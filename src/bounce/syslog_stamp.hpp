// The time at the beginning of a log line.
#pragma once

#include <optional>
#include <string_view>

#include "mxpulse/time.hpp"

namespace mxpulse::bounce {

// Reads "2026-11-24T07:00:00.123456+01:00" (RFC 3339) and "Nov 24 07:00:00" (RFC 3164; local time, in the year that puts
// it nearest before `now`). Nothing when the line begins with neither.
std::optional<SystemTime> read_syslog_stamp(std::string_view line, SystemTime now);

}  // namespace mxpulse::bounce
