// A hash that is the same in every build and release, so that it may be written down.
#pragma once

#include <cstdint>
#include <string_view>

namespace mxpulse {

// FNV-1a, 64 bits. Whoever writes the text can make two of them meet: fit for telling apart, not for trusting.
constexpr std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash;
}

}  // namespace mxpulse
