// DNS as it goes over the wire, record by record (RFC 1035 4).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mxpulse/address.hpp"

namespace mxpulse::test {

using Bytes = std::vector<unsigned char>;

inline Bytes& operator<<(Bytes& bytes, const Bytes& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
  return bytes;
}

inline Bytes number(std::uint32_t value, int size) {
  Bytes bytes;
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) bytes.push_back(static_cast<unsigned char>(value >> shift));
  return bytes;
}

inline Bytes name(const std::string& text) {
  Bytes bytes;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t dot = std::min(text.find('.', at), text.size());
    bytes.push_back(static_cast<unsigned char>(dot - at));
    bytes.insert(bytes.end(), text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(dot));
    at = dot + 1;
  }
  bytes.push_back(0);
  return bytes;
}

constexpr int kA = 1, kCname = 5, kSoa = 6, kMx = 15, kAaaa = 28;

inline Bytes record(const std::string& owner, int type, const Bytes& data, std::uint32_t ttl = 60) {
  Bytes bytes = name(owner);
  bytes << number(static_cast<std::uint32_t>(type), 2) << number(1, 2) << number(ttl, 4)
        << number(static_cast<std::uint32_t>(data.size()), 2) << data;
  return bytes;
}

inline Bytes mx(const std::string& owner, std::uint16_t preference, const std::string& host, std::uint32_t ttl = 60) {
  Bytes data = number(preference, 2);
  return record(owner, kMx, data << name(host), ttl);
}

inline Bytes a(const std::string& owner, const Address& parsed, std::uint32_t ttl = 60) {
  const int size = parsed.family == Family::kIPv4 ? 4 : 16;
  return record(owner, size == 4 ? kA : kAaaa, Bytes(parsed.bytes.begin(), parsed.bytes.begin() + size), ttl);
}

inline Bytes a(const std::string& owner, const char* address, std::uint32_t ttl = 60) {
  return a(owner, *Address::parse(address), ttl);
}

inline Bytes cname(const std::string& owner, const std::string& target, std::uint32_t ttl = 60) {
  return record(owner, kCname, name(target), ttl);
}

inline Bytes soa(const std::string& zone, std::uint32_t minimum = 60) {
  Bytes data = name(zone);
  data << name(zone);
  for (const std::uint32_t value : {1u, 1u, 1u, 1u, minimum}) data << number(value, 4);
  return record(zone, kSoa, data, minimum);
}

}  // namespace mxpulse::test
