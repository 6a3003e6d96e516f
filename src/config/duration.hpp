// Durations as people write them: "500ms", "30s", "5m", "1h30m", "2d".
#pragma once

#include <string>
#include <string_view>

#include "mxpulse/result.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::config {

// At most 100 days; never negative. A number without a unit is no duration.
Result<Duration> parse_duration(std::string_view text);

// The shortest text that reads back as `duration`, in whole milliseconds.
std::string duration_text(Duration duration);

}  // namespace mxpulse::config
