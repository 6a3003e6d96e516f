#include "mxpulse/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace mxpulse {

std::optional<Address> Address::parse(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.empty() || text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::copy(text.begin(), text.end(), terminated.begin());

  Address address;
  address.family = text.find(':') == std::string_view::npos ? Family::kIPv4 : Family::kIPv6;
  const int family = address.family == Family::kIPv4 ? AF_INET : AF_INET6;
  if (inet_pton(family, terminated.data(), address.bytes.data()) != 1) return std::nullopt;
  return address;
}

std::optional<Address> Address::from_bytes(const std::uint8_t* data, std::size_t count) {
  if (count != 4 && count != 16) return std::nullopt;
  Address address;
  address.family = count == 4 ? Family::kIPv4 : Family::kIPv6;
  std::copy(data, data + count, address.bytes.begin());
  return address;
}

std::string Address::text() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (family == Family::kIPv6) {
    inet_ntop(AF_INET6, bytes.data(), buffer.data(), buffer.size());
    return buffer.data();
  }
  char* end = buffer.data();  // inet_ntop goes through printf
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) *end++ = '.';
    end = std::to_chars(end, buffer.data() + buffer.size(), bytes[i]).ptr;
  }
  return {buffer.data(), end};
}

}  // namespace mxpulse
