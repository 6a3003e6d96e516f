// The command line of mxpulse check.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mxpulse/address_range.hpp"
#include "mxpulse/endpoint.hpp"
#include "mxpulse/result.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::cli {

struct CheckArguments {
  bool help = false;
  bool json = false;
  bool direct = false;          // targets are addresses; no DNS
  std::optional<Endpoint> dns;  // empty: the system's resolvers
  std::uint16_t port = 25;
  std::vector<AddressRange> allow;
  Duration connect_timeout = std::chrono::seconds(30);
  Duration greeting_timeout = std::chrono::seconds(60);
  std::size_t concurrency = 100;  // targets at a time, 1-20000
  std::vector<std::string> targets;
  bool from_standard_input = false;  // "-": a target a line
};

Result<CheckArguments> parse_check_arguments(const std::vector<std::string>& arguments);

extern const char* const kCheckHelp;

}  // namespace mxpulse::cli
