// What a sender to the destination would meet now (RFC 5321 5.1, RFC 7505).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mxpulse {

enum class Verdict : std::uint8_t {
  kAvailable,      // a most-preferred host is ready
  kBackupOnly,     // only a less preferred host is ready
  kRefusing,       // hosts answer, none is ready
  kUnavailable,    // no host answers
  kUndeliverable,  // null MX, no such domain, no address
  kUnknown,        // we could not ask, or do not know yet
};

inline constexpr std::array kVerdicts{Verdict::kAvailable,   Verdict::kBackupOnly,    Verdict::kRefusing,
                                      Verdict::kUnavailable, Verdict::kUndeliverable, Verdict::kUnknown};

constexpr std::string_view label(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAvailable: return "available";
    case Verdict::kBackupOnly: return "backup_only";
    case Verdict::kRefusing: return "refusing";
    case Verdict::kUnavailable: return "unavailable";
    case Verdict::kUndeliverable: return "undeliverable";
    case Verdict::kUnknown: return "unknown";
  }
  return "unknown";
}

}  // namespace mxpulse
