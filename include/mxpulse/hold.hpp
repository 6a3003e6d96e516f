// A hold: mail of one destination stays in the queue, for a while, for a reason. The words of the gate, in closed sets.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "mxpulse/domain_name.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse {

enum class GateMode : std::uint8_t {
  kObserve,  // computes and tells everything, holds nothing
  kEnforce,
};

constexpr std::string_view label(GateMode mode) { return mode == GateMode::kEnforce ? "enforce" : "observe"; }

// How the gate stands for a destination.
enum class GateState : std::uint8_t {
  kOpen,
  kTrial,  // held, but one message may be tried
  kHeld,
};

inline constexpr std::array kGateStates{GateState::kOpen, GateState::kTrial, GateState::kHeld};

constexpr std::string_view label(GateState state) {
  switch (state) {
    case GateState::kOpen: return "open";
    case GateState::kTrial: return "trial";
    case GateState::kHeld: return "held";
  }
  return "open";
}

// Where a destination's gate goes.
enum class GateMove : std::uint8_t {
  kHeld,       // its mail waits, until the lease ends
  kTrial,      // a step of the retry schedule: one message is let through, the rest waits
  kReleased,   // its mail flows, and what waited is flushed
  kExhausted,  // the schedule is over: no more holding, people must look
};

inline constexpr std::array kGateMoves{GateMove::kHeld, GateMove::kTrial, GateMove::kReleased, GateMove::kExhausted};

constexpr std::string_view label(GateMove move) {
  switch (move) {
    case GateMove::kHeld: return "held";
    case GateMove::kTrial: return "trial";
    case GateMove::kReleased: return "released";
    case GateMove::kExhausted: return "exhausted";
  }
  return "released";
}

// What became of a trial delivery, as the MTA's log tells it.
enum class RetryResult : std::uint8_t { kDelivered, kNoAnswer, kAnswered, kUnsettled };

inline constexpr std::array kRetryResults{RetryResult::kDelivered, RetryResult::kNoAnswer, RetryResult::kAnswered,
                                          RetryResult::kUnsettled};

constexpr std::string_view label(RetryResult result) {
  switch (result) {
    case RetryResult::kDelivered: return "delivered";
    case RetryResult::kNoAnswer: return "no_answer";
    case RetryResult::kAnswered: return "answered";    // deferred or refused by a host that lives
    case RetryResult::kUnsettled: return "unsettled";  // no line told
  }
  return "unsettled";
}

struct GateTransition {
  DomainName destination;
  GateMove to = GateMove::kReleased;
  std::string why;                  // our own words
  std::optional<SystemTime> until;  // end of the lease; set for kHeld and kTrial
  bool answered = false;            // the release follows an answer or a delivery
  Duration unseen{0};               // with `answered`: since our own last no-answer, so the recovery is at most that old
};

// What the gate says of a destination now. Only a fresh hold says "hold"; everything else says "deliver".
struct GateAnswer {
  bool hold = false;
  bool trial = false;                    // held, but one message may be tried
  std::optional<SystemTime> until;       // end of the lease, when held
  std::optional<SystemTime> next_retry;  // the schedule's next step, while one runs
  bool exhausted = false;
  std::string why;

  bool operator==(const GateAnswer&) const = default;

  GateState state() const { return !hold ? GateState::kOpen : trial ? GateState::kTrial : GateState::kHeld; }
};

}  // namespace mxpulse
