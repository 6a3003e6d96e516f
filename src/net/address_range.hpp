// CIDR ranges, and which addresses a probe may connect to.
#pragma once

#include <sys/socket.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxpulse/address.hpp"

namespace mxpulse::net {

struct AddressRange {
  Address base;        // bits beyond `prefix` are zero
  unsigned prefix = 0;  // 0-32 or 0-128

  // Reads "192.0.2.0/24", "2001:db8::/32" or one address. Bits set beyond the prefix are no range ("192.0.2.1/24").
  static std::optional<AddressRange> parse(std::string_view text);

  bool contains(const Address& address) const;
};

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
