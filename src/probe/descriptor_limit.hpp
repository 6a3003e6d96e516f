// How many probes the process may have open.
#pragma once

#include <cstddef>

namespace mxpulse::probe {

struct DescriptorLimit {
  std::size_t descriptors;    // the soft limit now in force
  std::size_t max_in_flight;  // what remains for probes, at least 16
};

// Raises the soft limit of open files to the hard one (setrlimit(2)), once at start.
DescriptorLimit raise_descriptor_limit();

}  // namespace mxpulse::probe
