// What a conversation says of the host, by how it ended. Pure.
#pragma once

#include "mxpulse/probe_result.hpp"
#include "mxpulse/time.hpp"
#include "probe/greeting.hpp"

namespace mxpulse::probe {

// The host let the SYN pass for `limit`.
ProbeResult never_connected(Duration limit);

// The greeting is whole, or none; what follows does not matter.
ProbeResult greeted(const Greeting& greeting);
// Closed or reset by the host. `greeting` is null when no byte came; a last line without its end counts.
ProbeResult closed(Greeting* greeting);
// Nothing more came within `limit`.
ProbeResult fell_silent(const Greeting* greeting, Duration limit);

}  // namespace mxpulse::probe
