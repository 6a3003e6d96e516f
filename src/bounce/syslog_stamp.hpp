// The time at the beginning of a log line.
#pragma once

#include <optional>
#include <string_view>

#include "mxpulse/time.hpp"

namespace mxpulse::bounce {

// The first time in the first words of `before`, what stands before a line's message. A date with a year is taken before one
// without: "2026-11-24T07:00:00.123456+01:00" (RFC 3339), "2026-11-24 07:00:00 +0100", "2026/11/24 07:00:00", "Nov 24 2026
// 07:00:00"; then "Nov  4 07:00:00" (RFC 3164) in the year that puts it nearest before `now`. A time without a zone is local
// time. Nothing when there is none.
std::optional<SystemTime> read_syslog_stamp(std::string_view before, SystemTime now);

}  // namespace mxpulse::bounce
