#include "dns/mx_resolver.hpp"

#include <utility>

namespace mxpulse::dns {

MxResolver::MxResolver(Alarms& alarms, const Clock& clock, Upstreams upstreams, Cache cache,
                       std::shared_ptr<const ProviderList> providers, DnsObserver* observer, std::uint64_t seed)
    : providers_(std::move(providers)),
      random_(seed),
      lookups_(alarms, clock, std::move(upstreams), std::move(cache), observer) {}

void MxResolver::resolve(const DomainName& destination, Done done) {
  MxLookup& lookup = under_way_.emplace_front(lookups_, *providers_, random_, destination, *this);
  lookup.done = std::move(done);
  lookup.place = under_way_.begin();
  lookup.begin();
}

void MxResolver::found(MxLookup& lookup, std::shared_ptr<const MxSet> set) {
  const Done done = std::move(lookup.done);
  under_way_.erase(lookup.place);
  done(std::move(set));
}

}  // namespace mxpulse::dns
