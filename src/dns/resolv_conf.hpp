// The system's DNS servers.
#pragma once

#include <string>
#include <vector>

#include "mxpulse/endpoint.hpp"

namespace mxpulse::dns {

// The "nameserver" lines of resolv.conf(5), at most three of them; 127.0.0.1 when there is none, as the man page says.
std::vector<Endpoint> system_servers(const std::string& path);

}  // namespace mxpulse::dns
