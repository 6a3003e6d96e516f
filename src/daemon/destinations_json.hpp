// What we know of destinations, for programs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "mxpulse/snapshot.hpp"

namespace mxpulse::daemon {

// `limit` of the snapshot's destinations from `offset` on, worst first, and where the next are.
std::string destinations_json(const Snapshot& snapshot, std::size_t offset, std::size_t limit);

// Everything about one: its hosts as a sender would try them, its outages, its gate.
std::string destination_json(const Snapshot& snapshot, const DestinationView& view);

// The hosts that we may and do probe, for Prometheus' HTTP service discovery: "address:port" with what it is as __meta_mxpulse_*.
std::string mx_targets_json(const Snapshot& snapshot, std::uint16_t port);

}  // namespace mxpulse::daemon
