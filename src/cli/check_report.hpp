// What a check found for one target.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "health/destination_health.hpp"
#include "mxpulse/mx_set.hpp"
#include "mxpulse/probe_result.hpp"

namespace mxpulse::cli {

struct AskedAddress {
  std::string host;  // the MX host's name; the address itself for a target that was given as one
  std::uint16_t preference = 0;
  Address address;
  const ProbeResult* result;  // kept by who asked
};

struct CheckReport {
  std::string target;  // the domain in A-labels, or the address; printable whatever was given
  std::shared_ptr<const MxSet> set;
  std::vector<AskedAddress> asked;  // as a sender would try them
  health::DestinationHealth health;
};

}  // namespace mxpulse::cli
