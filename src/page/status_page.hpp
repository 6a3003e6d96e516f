// The page at /: is it us, who does not answer, what happens next.
#pragma once

#include <cstddef>
#include <string>

#include "mxpulse/snapshot.hpp"

namespace mxpulse::page {

inline constexpr std::size_t kRowsMax = 300;    // destinations shown; the rest is counted
inline constexpr std::size_t kOutagesMax = 50;  // the newest

// The answer to "is it us?" in a sentence, plain text.
std::string verdict_sentence(const Snapshot& snapshot);

std::string status_page(const Snapshot& snapshot);

}  // namespace mxpulse::page
