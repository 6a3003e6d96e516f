// An IP address, as a resolver gives it and connect() takes it.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mxpulse {

enum class Family : std::uint8_t { kIPv4, kIPv6 };

// A value of 17 bytes. An IPv4 address fills the first four bytes, the rest are zero, so that == and < need no cases.
// ::ffff:192.0.2.1 is an IPv6 address here and stays one: the address policy must see what connect() would be given.
struct Address {
  Family family = Family::kIPv4;
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const Address&) const = default;

  // Reads "192.0.2.1" or "2001:db8::1" (inet_pton(3)); no brackets, no zone, no port.
  static std::optional<Address> parse(std::string_view text);
  // `count` is 4 or 16; anything else is no address.
  static std::optional<Address> from_bytes(const std::uint8_t* data, std::size_t count);

  std::string text() const;
};

}  // namespace mxpulse

template <>
struct std::hash<mxpulse::Address> {
  std::size_t operator()(const mxpulse::Address& address) const noexcept {
    const std::string_view bytes(reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size());
    return std::hash<std::string_view>{}(bytes) ^ static_cast<std::size_t>(address.family);
  }
};
