// An MX set in one column: a host a line, "PREFERENCE NAME PROVIDER ADDRESS...".
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mxpulse/mx_set.hpp"

namespace mxpulse::store {

inline constexpr std::size_t kMxTextMax = 16'384;

// Hosts without an address are left out: nobody can be asked there. Empty without a host.
std::string mx_text(const MxSet& set);

// Null for an empty text, and for one that mx_text() does not write. What is read is stale.
std::shared_ptr<const MxSet> read_mx_text(const DomainName& destination, std::string_view text);

}  // namespace mxpulse::store
