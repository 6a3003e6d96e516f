#include "mxpulse/address_range.hpp"

#include <algorithm>
#include <charconv>

namespace mxpulse {

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = Address::parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  const unsigned longest = base->family == Family::kIPv4 ? 32 : 128;
  unsigned prefix = longest;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc{} || end != digits.data() + digits.size() || prefix > longest) return std::nullopt;
  }
  for (unsigned bit = prefix; bit < longest; ++bit) {
    if ((base->bytes[bit / 8] >> (7 - bit % 8)) & 1) return std::nullopt;
  }
  return AddressRange{*base, prefix};
}

bool AddressRange::contains(const Address& address) const {
  if (address.family != base.family) return false;
  const unsigned whole = prefix / 8;
  if (!std::equal(base.bytes.begin(), base.bytes.begin() + whole, address.bytes.begin())) return false;
  const unsigned rest = prefix % 8;
  return rest == 0 || (base.bytes[whole] >> (8 - rest)) == (address.bytes[whole] >> (8 - rest));
}

}  // namespace mxpulse
