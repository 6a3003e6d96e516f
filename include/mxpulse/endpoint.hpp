// An address with a port.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mxpulse/address.hpp"

namespace mxpulse {

struct Endpoint {
  Address address;
  std::uint16_t port = 0;

  auto operator<=>(const Endpoint&) const = default;

  // Reads "192.0.2.1", "192.0.2.1:53", "2001:db8::1", "[2001:db8::1]:53"; without a port it has `default_port`.
  static std::optional<Endpoint> parse(std::string_view text, std::uint16_t default_port);

  std::string text() const;  // always with its port
};

}  // namespace mxpulse
