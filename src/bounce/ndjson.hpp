// A JSON object -> the bounce event it tells.
#pragma once

#include <string_view>

#include "mxpulse/bounce_event.hpp"
#include "mxpulse/result.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::bounce {

// One line with the keys that `mxpulse classify` prints; a destination (or a recipient) and something to tell the class from
// must be there. A failure says what is wrong with the line, and the mend. Any bytes. Pure.
Result<BounceEvent> read_json_event(std::string_view line, SystemTime now);

}  // namespace mxpulse::bounce
