// Outages of a destination, for people: when, why, what was said last, and how each ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "mxpulse/cause.hpp"
#include "mxpulse/shared_text.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse {

enum class IncidentEnd : std::uint8_t {
  kOpen,           // nobody answers yet
  kAnswered,       // a probe was answered, or the MTA was
  kDelivered,      // the MTA delivered mail
  kUndeliverable,  // the domain takes no mail any more
  kForgotten,      // it left the watchlist: we looked no further
};

inline constexpr std::size_t kIncidentEnds = 5;

constexpr std::string_view label(IncidentEnd end) {
  switch (end) {
    case IncidentEnd::kOpen: return "open";
    case IncidentEnd::kAnswered: return "answered";
    case IncidentEnd::kDelivered: return "delivered";
    case IncidentEnd::kUndeliverable: return "undeliverable";
    case IncidentEnd::kForgotten: return "forgotten";
  }
  return "open";
}

struct Incident {
  SystemTime first;                 // first no-answer of the streak
  SystemTime last;                  // last no-answer before it ended; while it is open, the hosts know better
  std::optional<SystemTime> ended;  // empty while it is open
  IncidentEnd end = IncidentEnd::kOpen;
  Cause cause = Cause::kTimeout;  // that decided the verdict, as it stood last
  SharedText why;                 // the verdict in words, our own
  SharedText last_words;  // what the host said when it was back: the escaped greeting, or our words for it; empty while open

  bool operator==(const Incident&) const = default;
};

struct IncidentHistory {
  std::vector<Incident> incidents;  // oldest first; at most the last one is open
  SystemTime complete_since;        // whatever was before is left out for its age or its number: nobody knows

  bool operator==(const IncidentHistory&) const = default;
};

}  // namespace mxpulse
