// The known word that a mistyped one is nearest to.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace mxpulse::config {

// By Levenshtein distance; nothing when none is near enough to be what was meant.
std::optional<std::string_view> nearest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace mxpulse::config
