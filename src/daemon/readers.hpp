// What people and programs read over HTTP: metrics, JSON and pages, all of them from snapshots.
#pragma once

#include <atomic>
#include <cstdint>

#include "daemon/snapshot_source.hpp"
#include "http/routes.hpp"
#include "metrics/metrics.hpp"

namespace mxpulse::daemon {

// Fills in these sources. What they are given must outlive the server. `port` is the one probed.
void add_readers(http::Sources& sources, SnapshotSource& snapshots, const metrics::Metrics& metrics,
                 const std::atomic<std::uint16_t>& port);

}  // namespace mxpulse::daemon
