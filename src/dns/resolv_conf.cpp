#include "dns/resolv_conf.hpp"

#include <fstream>
#include <sstream>

namespace mxpulse::dns {

std::vector<Endpoint> system_servers(const std::string& path) {
  constexpr std::size_t kServersMax = 3;  // MAXNS, resolv.conf(5)
  std::vector<Endpoint> servers;
  std::ifstream file(path);
  for (std::string line; servers.size() < kServersMax && std::getline(file, line);) {
    std::istringstream words(line);
    std::string keyword;
    std::string text;
    if (!(words >> keyword >> text) || keyword != "nameserver") continue;
    if (const auto address = Address::parse(text)) servers.push_back({*address, 53});  // with a zone ("%eth0") it is left out
  }
  if (servers.empty()) servers.push_back({Address{Family::kIPv4, {127, 0, 0, 1}}, 53});
  return servers;
}

}  // namespace mxpulse::dns
