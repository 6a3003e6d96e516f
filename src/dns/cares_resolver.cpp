#include "dns/cares_resolver.hpp"

#include "dns/mx_lookup.hpp"
#include "dns/resolv_conf.hpp"

namespace mxpulse::dns {

Result<std::unique_ptr<CaresResolver>> CaresResolver::make(net::Loop& loop, const Clock& clock, const Options& options,
                                                           DnsObserver* observer) {
  using Made = Result<std::unique_ptr<CaresResolver>>;
  const auto endpoints = options.servers.empty() ? system_servers("/etc/resolv.conf") : options.servers;
  std::vector<std::unique_ptr<Server>> servers;
  for (const Endpoint& endpoint : endpoints) {
    auto server = Server::make(loop, endpoint, options.timeout, options.tries);
    if (!server) return Made::failure(server.why());
    servers.push_back(std::move(*server));
  }
  Upstreams upstreams(clock, std::move(servers), observer);
  return Made(std::unique_ptr<CaresResolver>(new CaresResolver(loop, clock, std::move(upstreams), options, observer)));
}

CaresResolver::CaresResolver(net::Loop& loop, const Clock& clock, Upstreams upstreams, const Options& options,
                             DnsObserver* observer)
    : random_(std::random_device{}()),
      lookups_(loop, clock, std::move(upstreams), Cache(options.cache_entries, options.serve_stale), observer) {}

void CaresResolver::resolve(const DomainName& destination, Done done) {
  std::make_shared<MxLookup>(lookups_, providers_, random_, destination, std::move(done))->begin();
}

}  // namespace mxpulse::dns
