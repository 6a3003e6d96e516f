// The daemon's own counters and histograms, written one after the other.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "metrics/text_writer.hpp"

namespace mxpulse::metrics {

// Each family is one of kAllNames.
void tell_families(const std::vector<prometheus::MetricFamily>& families, TextWriter& writer);

}  // namespace mxpulse::metrics
