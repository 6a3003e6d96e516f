// The verdict of a destination, from its MX set and what its addresses did.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "health/address_health.hpp"
#include "mxpulse/mx_set.hpp"
#include "mxpulse/verdict.hpp"

namespace mxpulse::health {

// One address of one host of an MX set.
struct Asked {
  std::size_t host;  // position in MxSet::hosts
  Address address;
};

// The addresses asked in a round, as a sender would try them: most preferred first, each once, at most kAddressesMax.
// Every host gets its first address before any host gets its second, so that a host with many cannot hide the others.
std::vector<Asked> asked_addresses(const MxSet& set);

struct DestinationHealth {
  Verdict verdict = Verdict::kUnknown;
  std::optional<Cause> cause;  // what decided the verdict; empty: nothing known yet
  std::string why;             // the verdict in words, our own
  // The shortest streak of its addresses: so often in a row did a sender meet nobody at all.
  unsigned streak = 0;
  std::optional<SystemTime> since;  // since when nobody answered; set when streak > 0
  std::optional<SteadyTime> heard;  // the newest no-answer of this run behind it
  bool answers = false;             // some host does, whatever the verdict
};

// `lookups` is the streak of the destination's own DNS lookups (outcome no_answer: dns_temporary).
// Pure: no clock, no I/O.
DestinationHealth assess(const MxSet& set, const AddressBook& addresses, const NoAnswerStreak& lookups);

}  // namespace mxpulse::health
