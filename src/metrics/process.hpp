// What the kernel says of our own process.
#pragma once

#include "metrics/series.hpp"

namespace mxpulse::metrics {

// Reads /proc; what cannot be read is absent. Any thread.
void tell_process(SeriesSink& sink);

}  // namespace mxpulse::metrics
