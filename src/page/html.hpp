// Text made safe to stand in a page.
#pragma once

#include <string>
#include <string_view>

namespace mxpulse::page {

// Markup loses its meaning, and every byte that is not printable ASCII is shown as \xNN: nothing remote reorders, hides or runs.
std::string escaped(std::string_view text);

// Remote words: escaped, and apart from the direction of what surrounds them.
std::string in_quotes(std::string_view words);

inline constexpr std::string_view kUnknown = "-";  // never a 0 that might be a number

}  // namespace mxpulse::page
