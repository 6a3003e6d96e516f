// An address and a port as the socket calls take them.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <optional>

#include "mxpulse/address.hpp"

namespace mxpulse::net {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress socket_address(const Address& address, std::uint16_t port);

// The address in a sockaddr, in its own family: a v4-mapped one stays IPv6. Empty for other families.
std::optional<Address> address_of(const sockaddr* socket_address);

}  // namespace mxpulse::net
