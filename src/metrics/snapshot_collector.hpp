// A snapshot -> metric families.
#pragma once

#include <prometheus/metric_family.h>

#include <cstddef>
#include <vector>

#include "mxpulse/snapshot.hpp"

namespace mxpulse::metrics {

// The first `max_destinations` of the snapshot, which are the worst, and their hosts have series of their own.
std::vector<prometheus::MetricFamily> collect(const Snapshot& snapshot, std::size_t max_destinations);

}  // namespace mxpulse::metrics
