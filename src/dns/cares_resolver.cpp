#include "dns/cares_resolver.hpp"

#include <random>

#include "dns/cares_server.hpp"
#include "dns/mx_resolver.hpp"
#include "dns/resolv_conf.hpp"

namespace mxpulse::dns {

Result<std::unique_ptr<Resolver>> make_cares_resolver(net::Loop& loop, const Clock& clock, const Options& options,
                                                      DnsObserver* observer) {
  using Made = Result<std::unique_ptr<Resolver>>;
  const auto endpoints = options.servers.empty() ? system_servers("/etc/resolv.conf") : options.servers;
  std::vector<std::unique_ptr<Server>> servers;
  for (const Endpoint& endpoint : endpoints) {
    auto server = CaresServer::make(loop, endpoint, options.timeout, options.tries);
    if (!server) return Made::failure(server.why());
    servers.push_back(std::move(*server));
  }
  return Made(std::make_unique<MxResolver>(loop, clock, Upstreams(clock, std::move(servers), observer),
                                           Cache(options.cache_entries, options.serve_stale),
                                           std::make_shared<const ProviderList>(), observer, std::random_device{}()));
}

}  // namespace mxpulse::dns
