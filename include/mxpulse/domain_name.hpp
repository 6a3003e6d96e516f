// A domain name in the one form mxpulse keeps: lower-case A-labels without the final dot.
#pragma once

#include <compare>
#include <functional>
#include <string_view>

#include "mxpulse/result.hpp"
#include "mxpulse/shared_text.hpp"

namespace mxpulse {

// Made only by parse(), so whoever holds one may put it into a label, a log line or a query as it stands:
// letters, digits, '-', '_' and '.', at most 253 characters, labels of 1 to 63 (RFC 1035 2.3.4, RFC 5890 2.3.2.1).
// Copies share the text: a watched destination's name stands in half a dozen tables.
class DomainName {
 public:
  DomainName() = default;  // empty; equal to no parsed name

  // Takes U-labels too (UTF-8, IDNA 2008 by libidn2, non-transitional) and one final dot.
  static Result<DomainName> parse(std::string_view text);

  std::string_view text() const { return text_.view(); }
  const char* c_str() const { return text_.c_str(); }
  bool empty() const { return text_.empty(); }

  bool operator==(const DomainName& other) const = default;
  std::strong_ordering operator<=>(const DomainName& other) const { return text() <=> other.text(); }

 private:
  explicit DomainName(std::string_view text) : text_(text) {}

  SharedText text_;
};

}  // namespace mxpulse

template <>
struct std::hash<mxpulse::DomainName> {
  std::size_t operator()(const mxpulse::DomainName& name) const noexcept { return std::hash<std::string_view>{}(name.text()); }
};
