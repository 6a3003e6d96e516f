// The hosts a sender would try for a destination, or why there are none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "mxpulse/address.hpp"
#include "mxpulse/cause.hpp"
#include "mxpulse/domain_name.hpp"
#include "mxpulse/shared_text.hpp"

namespace mxpulse {

inline constexpr std::size_t kHostsMax = 10;            // hosts of one MX set that are looked at
inline constexpr std::size_t kAddressesPerHostMax = 4;  // addresses of one host
inline constexpr std::size_t kAddressesMax = 8;         // addresses of one MX set asked in a round

// Of a large installation there are many of both: small members stand together.
struct MxHost {
  DomainName name;
  std::uint16_t preference = 0;  // lower is tried first
  // Set when `addresses` is empty: dns_temporary, resolver_down or no_address.
  std::optional<Cause> failure;
  std::uint32_t addresses_omitted = 0;
  std::vector<Address> addresses;  // at most kAddressesPerHostMax, as the resolver ordered them, families interleaved
  SharedText provider;             // registered domain of `name` (public suffix list); `name` itself if there is none
  SharedText why;                  // `failure` in words; our own words, no remote text

  bool operator==(const MxHost&) const = default;
};

struct MxSet {
  DomainName destination;     // whom it was looked up for
  std::vector<MxHost> hosts;  // most preferred first, equal preference shuffled; at most kHostsMax
  // Set when there is nothing to probe. With no_address from hosts that have none, `hosts` still names them.
  std::optional<Cause> failure;
  bool implicit = false;            // no MX record at all: the domain itself is the host (RFC 5321 5.1)
  bool stale = false;               // from the cache beyond its TTL, because no fresh answer came (RFC 8767)
  bool fresh = true;                // at least one answer came from the wire now, none of it from the cache
  std::uint32_t hosts_omitted = 0;  // hosts beyond kHostsMax
  SharedText why;

  // The provider of the most preferred host, or of the destination itself when it has no host.
  SharedText provider;
};

}  // namespace mxpulse
