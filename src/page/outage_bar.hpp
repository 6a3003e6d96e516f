// The last day or week of a destination as a bar: answered, out, nobody looked.
#pragma once

#include <string>

#include "mxpulse/snapshot.hpp"

namespace mxpulse::page {

// Two pictures (SVG) with their sums in words, for 24 hours and 7 days up to `now`. Outages are drawn to scale, never as a whole
// bad day for one bad minute.
std::string outage_bars(const DestinationView& view, SystemTime now);

// What the colours mean.
std::string outage_bars_legend();

}  // namespace mxpulse::page
