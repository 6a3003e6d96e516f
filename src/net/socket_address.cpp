#include "net/socket_address.hpp"

#include <cstring>

namespace mxpulse::net {

SocketAddress socket_address(const Address& address, std::uint16_t port) {
  SocketAddress result;
  if (address.family == Family::kIPv4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, address.bytes.data(), 4);
    std::memcpy(&result.storage, &v4, sizeof v4);
    result.length = sizeof v4;
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&v6.sin6_addr, address.bytes.data(), 16);
    std::memcpy(&result.storage, &v6, sizeof v6);
    result.length = sizeof v6;
  }
  return result;
}

std::optional<Address> address_of(const sockaddr* socket_address) {
  if (socket_address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, socket_address, sizeof v4);
    return Address::from_bytes(reinterpret_cast<const std::uint8_t*>(&v4.sin_addr), 4);
  }
  if (socket_address->sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, socket_address, sizeof v6);
    return Address::from_bytes(reinterpret_cast<const std::uint8_t*>(&v6.sin6_addr), 16);
  }
  return std::nullopt;
}

}  // namespace mxpulse::net
