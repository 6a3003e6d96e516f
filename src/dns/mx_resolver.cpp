#include "dns/mx_resolver.hpp"

#include "dns/mx_lookup.hpp"

namespace mxpulse::dns {

MxResolver::MxResolver(Alarms& alarms, const Clock& clock, Upstreams upstreams, Cache cache,
                       std::shared_ptr<const ProviderList> providers, DnsObserver* observer, std::uint64_t seed)
    : providers_(std::move(providers)),
      random_(seed),
      lookups_(alarms, clock, std::move(upstreams), std::move(cache), observer) {}

void MxResolver::resolve(const DomainName& destination, Done done) {
  std::make_shared<MxLookup>(lookups_, *providers_, random_, destination, std::move(done))->begin();
}

}  // namespace mxpulse::dns
