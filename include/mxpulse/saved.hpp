// What is remembered over a restart, as plain values. Times are the system clock's, for a steady clock ends with its machine; by
// the one of `taken` it shows whether the system clock was set meanwhile.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mxpulse/address.hpp"
#include "mxpulse/cause.hpp"
#include "mxpulse/domain_name.hpp"
#include "mxpulse/incident.hpp"
#include "mxpulse/mx_set.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse {

// How far the wall clock was set from one instant of a machine to a later one; nothing when its steady clock began anew.
inline std::optional<Duration> set_between(Now then, Now now) {
  if (now.steady < then.steady) return std::nullopt;
  return (now.system - then.system) - (now.steady - then.steady);
}

struct SavedStreak {
  std::optional<bool> answering;  // empty: not known
  unsigned no_answers = 0;        // in a row
  unsigned answers = 0;           // in a row
  SystemTime first{};             // and last no-answer of the streak, while it has any
  SystemTime last{};

  bool operator==(const SavedStreak&) const = default;
};

struct SavedAddress {
  Address address;
  SavedStreak streak;
  std::optional<Cause> settled;  // what the state stands on
  std::optional<Cause> cause;    // of the last result, as are the next four
  std::optional<int> reply_code;
  std::string greeting;
  std::string why;
  bool no_route = false;
  std::optional<SystemTime> last_asked;  // the last result that says something about the host
  std::optional<SystemTime> begun;       // the last connect
  std::optional<SystemTime> due;         // the next one
  Duration silent_interval{0};           // how far the growing interval of a silent host has come; 0: not silent

  bool operator==(const SavedAddress&) const = default;
};

// A no-answer that the MTA met, and whom it names; neither: nobody.
struct SavedNomination {
  SystemTime time{};
  std::optional<DomainName> host;
  std::optional<Address> address;

  bool operator==(const SavedNomination&) const = default;
};

struct SavedDestination {
  DomainName name;
  SystemTime watched_since{};
  SavedStreak lookups;
  std::shared_ptr<const MxSet> set;           // the last good one; null: none was found
  std::optional<SavedNomination> unjudged{};  // waits for the first set
};

struct SavedMessage {
  std::uint64_t message = 0;  // hash of its queue id
  SystemTime time{};          // of its last bounce

  bool operator==(const SavedMessage&) const = default;
};

struct SavedBounces {
  DomainName destination;
  SystemTime last{};
  bool joined = false;
  std::vector<SavedMessage> messages;

  bool operator==(const SavedBounces&) const = default;
};

// What follows a bounce, see gate::Gate.
struct SavedCourse {
  DomainName destination;
  bool held = false;
  bool exhausted = false;
  SystemTime last_nomination{};
  unsigned step = 0;  // of the retry schedule, the next one
  SystemTime step_due{};
  bool silent = false;
  SystemTime evidence{};       // the last own no-answer
  SystemTime lease_end{};      // while it is held
  std::string why;             // of the evidence
  std::uint64_t revision = 0;  // which evidence it is; means nothing in another run
};

struct SavedHistory {
  DomainName destination;
  std::shared_ptr<const IncidentHistory> history;
};

inline constexpr std::size_t kPositionMax = 1024;  // bytes

// How far a feed was read, in the feed's own words: printable ASCII, at most kPositionMax bytes.
struct SavedPosition {
  std::string feed;
  std::string position;

  bool operator==(const SavedPosition&) const = default;
};

struct Saved {
  Now taken{};           // when it was so
  bool orderly = false;  // taken at an orderly end: nothing happened after it
  std::vector<SavedAddress> addresses;
  std::vector<SavedDestination> destinations;
  std::vector<SavedBounces> bounces;
  std::vector<SavedPosition> positions;
  std::vector<SavedCourse> courses;
  std::vector<SavedHistory> histories;
};

}  // namespace mxpulse
