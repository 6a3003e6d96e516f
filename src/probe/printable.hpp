// Remote bytes made fit to be shown.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mxpulse::probe {

// Printable ASCII stays; every other byte, and the backslash, becomes \xNN. At most `limit` characters, never cut inside
// an escape.
std::string printable(std::string_view bytes, std::size_t limit);

}  // namespace mxpulse::probe
