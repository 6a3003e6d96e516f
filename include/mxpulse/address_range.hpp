// A CIDR range.
#pragma once

#include <optional>
#include <string_view>

#include "mxpulse/address.hpp"

namespace mxpulse {

struct AddressRange {
  Address base;         // bits beyond `prefix` are zero
  unsigned prefix = 0;  // 0-32 or 0-128

  // Reads "192.0.2.0/24", "2001:db8::/32" or one address. Bits set beyond the prefix are no range ("192.0.2.1/24").
  static std::optional<AddressRange> parse(std::string_view text);

  bool contains(const Address& address) const;
};

}  // namespace mxpulse
