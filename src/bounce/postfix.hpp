// A line of Postfix's log -> what it says about one delivery.
#pragma once

#include <optional>
#include <string_view>

#include "mxpulse/bounce_event.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::bounce {

// Takes the delivery lines of smtp(8), and of error(8) for mail that was put off; everything else is nothing. The event
// decides before the text: what the remote host said ("host ... said:") is its reply, whatever words are in it.
// `now` gives a stamp without a year its year. Pure.
std::optional<BounceEvent> parse_postfix(std::string_view line, SystemTime now);

}  // namespace mxpulse::bounce
