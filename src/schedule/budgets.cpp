#include "schedule/budgets.hpp"

namespace mxpulse::schedule {
namespace {

// The /24 or /48: what is usually given to one customer, and what blocklists name.
Address network_of(Address address) {
  const auto kept = address.family == Family::kIPv4 ? 3 : 6;
  std::fill(address.bytes.begin() + kept, address.bytes.end(), std::uint8_t{0});
  return address;
}

}  // namespace

SteadyTime Budgets::reserve(const Address& address, const std::string& provider, SteadyTime now) {
  return std::max(networks_.reserve(network_of(address), allowances_.per_network, now),
                  providers_.reserve(provider, allowances_.per_provider, now));
}

}  // namespace mxpulse::schedule
