// MX sets by c-ares on the loop, with a cache of our own.
#pragma once

#include <memory>
#include <random>
#include <vector>

#include "dns/lookups.hpp"
#include "dns/provider.hpp"
#include "mxpulse/dns_observer.hpp"
#include "mxpulse/endpoint.hpp"
#include "mxpulse/resolver.hpp"
#include "mxpulse/result.hpp"

namespace mxpulse::dns {

struct Options {
  std::vector<Endpoint> servers;               // empty: those of /etc/resolv.conf
  Duration timeout = std::chrono::seconds(2);  // of the first try of a server; each further one waits twice as long
  unsigned tries = 2;                          // of a server
  std::size_t cache_entries = 100'000;
  Duration serve_stale = std::chrono::hours(24);

  bool operator==(const Options&) const = default;
};

class CaresResolver final : public Resolver {
 public:
  // `observer` may be null and must outlive the resolver.
  static Result<std::unique_ptr<CaresResolver>> make(net::Loop& loop, const Clock& clock, const Options& options,
                                                     DnsObserver* observer);

  void resolve(const DomainName& destination, Done done) override;

 private:
  CaresResolver(net::Loop& loop, const Clock& clock, Upstreams upstreams, const Options& options, DnsObserver* observer);

  ProviderList providers_;
  std::mt19937_64 random_;
  Lookups lookups_;
};

}  // namespace mxpulse::dns
