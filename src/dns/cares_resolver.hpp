// The resolver of production: c-ares on the loop.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "mxpulse/dns_observer.hpp"
#include "mxpulse/endpoint.hpp"
#include "mxpulse/resolver.hpp"
#include "mxpulse/result.hpp"
#include "net/loop.hpp"

namespace mxpulse::dns {

struct Options {
  std::vector<Endpoint> servers;               // empty: those of /etc/resolv.conf
  Duration timeout = std::chrono::seconds(2);  // of the first try of a server; each further one waits twice as long
  unsigned tries = 2;                          // of a server
  std::size_t cache_entries = 100'000;
  Duration serve_stale = std::chrono::hours(24);

  bool operator==(const Options&) const = default;
};

// `observer` may be null and must outlive the resolver.
Result<std::unique_ptr<Resolver>> make_cares_resolver(net::Loop& loop, const Clock& clock, const Options& options,
                                                      DnsObserver* observer);

}  // namespace mxpulse::dns
