// What a probe on demand found, as metrics in the manner of blackbox_exporter.
#pragma once

#include <string>

#include "mxpulse/snapshot.hpp"

namespace mxpulse::metrics {

// `snapshot` is of the one destination that was asked. `complete`: every address was; else the time ran out. Text format 0.0.4.
std::string probe_text(const Snapshot& snapshot, Duration took, bool complete);

}  // namespace mxpulse::metrics
