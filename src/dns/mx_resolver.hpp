// MX sets by our DNS servers, with a cache of our own.
#pragma once

#include <list>
#include <memory>
#include <random>

#include "dns/lookups.hpp"
#include "dns/mx_lookup.hpp"
#include "dns/provider.hpp"
#include "mxpulse/resolver.hpp"

namespace mxpulse::dns {

class MxResolver final : public Resolver, public LookupOwner {
 public:
  // `observer` may be null. `seed` orders hosts of equal preference.
  MxResolver(Alarms& alarms, const Clock& clock, Upstreams upstreams, Cache cache, std::shared_ptr<const ProviderList> providers,
             DnsObserver* observer, std::uint64_t seed);

  void resolve(const DomainName& destination, Done done) override;

  // Entries of the cache.
  std::size_t cached() const { return lookups_.cached(); }

 private:
  void found(MxLookup& lookup, std::shared_ptr<const MxSet> set) override;

  std::shared_ptr<const ProviderList> providers_;
  std::mt19937_64 random_;
  std::list<MxLookup> under_way_;
  Lookups lookups_;
};

}  // namespace mxpulse::dns
