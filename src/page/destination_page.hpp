// The page of one destination.
#pragma once

#include <string>

#include "mxpulse/snapshot.hpp"

namespace mxpulse::page {

// `view` is one of the snapshot's.
std::string destination_page(const Snapshot& snapshot, const DestinationView& view);

}  // namespace mxpulse::page
