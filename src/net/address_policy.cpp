#include "net/address_policy.hpp"

#include <algorithm>
#include <array>

#include "net/socket_address.hpp"

namespace mxpulse::net {
namespace {

struct SpecialRange {
  std::string_view range;
  std::string_view what;
};

// IANA special-purpose address registries (RFC 6890 and its updates): what no mail host on the Internet has.
constexpr std::array<SpecialRange, 30> kSpecialRanges{{
    {"0.0.0.0/8", "\"this host\", which connects to ourselves (RFC 1122)"},
    {"10.0.0.0/8", "private (RFC 1918)"},
    {"100.64.0.0/10", "carrier-grade NAT (RFC 6598)"},
    {"127.0.0.0/8", "loopback (RFC 1122)"},
    {"169.254.0.0/16", "link-local (RFC 3927)"},
    {"172.16.0.0/12", "private (RFC 1918)"},
    {"192.0.0.0/24", "protocol assignments (RFC 6890)"},
    {"192.0.2.0/24", "documentation (RFC 5737)"},
    {"192.88.99.0/24", "6to4 relay anycast (RFC 7526)"},
    {"192.168.0.0/16", "private (RFC 1918)"},
    {"198.18.0.0/15", "benchmarking (RFC 2544)"},
    {"198.51.100.0/24", "documentation (RFC 5737)"},
    {"203.0.113.0/24", "documentation (RFC 5737)"},
    {"224.0.0.0/4", "multicast (RFC 5771)"},
    {"240.0.0.0/4", "reserved or broadcast (RFC 1112)"},
    {"::/128", "unspecified, which connects to ourselves (RFC 4291)"},
    {"::1/128", "loopback (RFC 4291)"},
    {"::/96", "IPv4-compatible (RFC 4291)"},
    {"::ffff:0:0/96", "IPv4-mapped (RFC 4291)"},
    {"64:ff9b::/96", "NAT64 (RFC 6052)"},
    {"64:ff9b:1::/48", "local NAT64 (RFC 8215)"},
    {"100::/64", "discard-only (RFC 6666)"},
    {"2001::/23", "protocol assignments, Teredo (RFC 2928, RFC 4380)"},
    {"2001:db8::/32", "documentation (RFC 3849)"},
    {"2002::/16", "6to4 (RFC 3056)"},
    {"3fff::/20", "documentation (RFC 9637)"},
    {"fc00::/7", "private (RFC 4193)"},
    {"fe80::/10", "link-local (RFC 4291)"},
    {"fec0::/10", "site-local (RFC 3879)"},
    {"ff00::/8", "multicast (RFC 4291)"},
}};

struct SpecialAddresses {
  AddressRange range;
  std::string_view what;
};

const std::array<SpecialAddresses, kSpecialRanges.size()>& special_addresses() {
  static const auto parsed = [] {
    std::array<SpecialAddresses, kSpecialRanges.size()> all;
    std::transform(kSpecialRanges.begin(), kSpecialRanges.end(), all.begin(), [](const SpecialRange& special) {
      return SpecialAddresses{*AddressRange::parse(special.range), special.what};
    });
    return all;
  }();
  return parsed;
}

bool within(const std::vector<AddressRange>& ranges, const Address& address) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const AddressRange& range) { return range.contains(address); });
}

}  // namespace

AddressPolicy::AddressPolicy(std::vector<AddressRange> allow, std::vector<AddressRange> deny)
    : allow_(std::move(allow)), deny_(std::move(deny)) {}

std::optional<std::string> AddressPolicy::denied(const sockaddr* socket_address) const {
  const auto address = address_of(socket_address);
  if (!address) return "not an IPv4 or IPv6 address";
  if (within(deny_, *address)) return "denied by probe.deny";
  if (within(allow_, *address)) return std::nullopt;
  for (const auto& special : special_addresses()) {
    if (special.range.contains(*address)) return std::string(special.what);
  }
  return std::nullopt;
}

bool is_special(const Address& address) {
  return std::any_of(special_addresses().begin(), special_addresses().end(),
                     [&](const SpecialAddresses& special) { return special.range.contains(address); });
}

}  // namespace mxpulse::net
