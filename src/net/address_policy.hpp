// Which addresses a probe may connect to.
#pragma once

#include <sys/socket.h>

#include <optional>
#include <string>
#include <vector>

#include "mxpulse/address_range.hpp"

namespace mxpulse::net {

// Says which addresses must not be connected to: an MX record may name any, 127.0.0.1 and 169.254.169.254 included.
class AddressPolicy {
 public:
  // `allow` opens ranges of the built-in list; `deny` closes more, and wins over `allow`.
  AddressPolicy(std::vector<AddressRange> allow, std::vector<AddressRange> deny);

  // Why this address is denied, or nothing when it may be connected to. Asked with the very sockaddr that connect(2)
  // is given, so that no later rewriting can differ from what was checked.
  std::optional<std::string> denied(const sockaddr* socket_address) const;

 private:
  std::vector<AddressRange> allow_;
  std::vector<AddressRange> deny_;
};

// True for addresses of the built-in list: loopback, private, link-local, documentation and the like.
bool is_special(const Address& address);

}  // namespace mxpulse::net
