// What a mail server would log of one attempt, as the script has the destination at that moment.
#pragma once

#include <chrono>
#include <string>

#include "demo/script.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::demo {

// One JSON object, with the keys that `mxpulse classify` prints; without the line end. It names no address: in a real log an
// address on loopback is a hop of the site's own, and so says nothing of a destination.
std::string delivery_event(const ScriptedDestination& destination, std::chrono::seconds time, unsigned message, SystemTime now);

}  // namespace mxpulse::demo
