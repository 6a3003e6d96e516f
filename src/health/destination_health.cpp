#include "health/destination_health.hpp"

#include <algorithm>

namespace mxpulse::health {
namespace {

// How one address of the MX set stands, as far as the verdict cares.
enum class Standing { kReady, kAnswering, kSilent, kUndetermined, kLeftOut };

struct Tried {
  const MxHost* host;
  std::string subject;  // who, in words
  Standing standing;
  std::optional<Cause> cause;
  const NoAnswerStreak* streak;  // null when there is none to count
};

Standing standing_of(const AddressHealth* health) {
  if (health == nullptr) return Standing::kUndetermined;
  if (health->is_left_out()) return Standing::kLeftOut;
  switch (health->streak.state()) {
    case State::kUnknown: return Standing::kUndetermined;
    case State::kSilent: return Standing::kSilent;
    case State::kAnswering: return health->settled == Cause::kReady ? Standing::kReady : Standing::kAnswering;
  }
  return Standing::kUndetermined;
}

std::optional<Cause> cause_of(const AddressHealth* health) {
  if (health == nullptr) return std::nullopt;
  if (health->settled) return health->settled;
  return health->last ? std::optional(health->last->cause) : std::nullopt;
}

// "mx.example.org (192.0.2.1)", or the address alone where it was given as one.
std::string subject(const MxHost& host, const Address& address) {
  return host.name.empty() ? address.text() : host.name.text() + " (" + address.text() + ")";
}

std::vector<Tried> tried(const MxSet& set, const AddressBook& addresses, const NoAnswerStreak& lookups) {
  std::vector<Tried> all;
  for (const Asked& asked : asked_addresses(set)) {
    const MxHost& host = set.hosts[asked.host];
    const AddressHealth* health = addresses.find(asked.address);
    all.push_back({&host, subject(host, asked.address), standing_of(health), cause_of(health),
                   health == nullptr ? nullptr : &health->streak});
  }
  for (const MxHost& host : set.hosts) {
    if (!host.failure) continue;
    if (*host.failure == Cause::kDnsTemporary) {
      const bool silent = lookups.state() == State::kSilent;
      all.push_back({&host, std::string(host.name.text()), silent ? Standing::kSilent : Standing::kUndetermined, host.failure, &lookups});
    } else if (outcome(*host.failure) == Outcome::kNotTried) {
      all.push_back({&host, std::string(host.name.text()), Standing::kUndetermined, host.failure, nullptr});
    }
  }
  if (all.size() < 2) return all;  // stable_sort() takes memory even then
  std::stable_sort(all.begin(), all.end(),
                   [](const Tried& a, const Tried& b) { return a.host->preference < b.host->preference; });
  return all;
}

const Tried* first_with(const std::vector<Tried>& all, Standing standing) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Tried& one) { return one.standing == standing; });
  return found == all.end() ? nullptr : &*found;
}

// "We could not ask" has a cause of its own; a pending result does not decide anything yet.
DestinationHealth unknown_by(const Tried& one) {
  DestinationHealth health;
  health.cause = one.cause;
  if (one.cause && outcome(*one.cause) == Outcome::kNoAnswer && one.streak != nullptr) {
    health.why = one.subject + " gave no answer " + std::to_string(one.streak->length()) + " times in a row: not decided yet";
  } else {
    health.why = one.cause ? one.subject + ": " + std::string(sentence(*one.cause)) : one.subject + " was not asked yet";
  }
  return health;
}

DestinationHealth decided(Verdict verdict, const Tried& by, std::string why) {
  DestinationHealth health;
  health.verdict = verdict;
  health.cause = by.cause;
  health.why = std::move(why);
  return health;
}

std::string says(const Tried& one) { return one.subject + ": " + std::string(one.cause ? sentence(*one.cause) : "not known"); }

DestinationHealth by_standing(const std::vector<Tried>& all) {
  const Tried* ready = first_with(all, Standing::kReady);
  if (ready != nullptr && ready->host->preference == all.front().host->preference) {
    return decided(Verdict::kAvailable, *ready, ready->subject + " is ready");
  }
  const Tried* undetermined = first_with(all, Standing::kUndetermined);
  if (ready != nullptr) {
    const bool primary_undetermined = undetermined != nullptr && undetermined->host->preference == all.front().host->preference;
    if (primary_undetermined) return unknown_by(*undetermined);
    return decided(Verdict::kBackupOnly, all.front(), "only the backup " + ready->subject + " is ready; " + says(all.front()));
  }
  if (undetermined != nullptr) return unknown_by(*undetermined);
  if (const Tried* answering = first_with(all, Standing::kAnswering)) {
    return decided(Verdict::kRefusing, *answering, "hosts answer, none is ready; " + says(*answering));
  }
  if (const Tried* silent = first_with(all, Standing::kSilent)) {
    return decided(Verdict::kUnavailable, *silent, "no host answers; " + says(*silent));
  }
  return unknown_by(all.front());  // nothing but addresses that were left out
}

// The destination has no answer only while every address a sender could try has none.
void add_streak(DestinationHealth& health, const std::vector<Tried>& all) {
  std::optional<unsigned> shortest;
  for (const Tried& one : all) {
    if (one.standing == Standing::kReady || one.standing == Standing::kAnswering) health.answers = true;
    if (one.standing == Standing::kLeftOut || one.streak == nullptr) continue;
    if (const auto heard = one.streak->heard()) health.heard = std::max(health.heard.value_or(*heard), *heard);
    shortest = std::min(shortest.value_or(one.streak->length()), one.streak->length());
    if (const auto first = one.streak->first()) health.since = std::max(health.since.value_or(*first), *first);
  }
  health.streak = shortest.value_or(0);
  if (health.streak == 0) health.since.reset();
}

DestinationHealth by_lookup(const MxSet& set, const NoAnswerStreak& lookups) {
  DestinationHealth health;
  health.cause = set.failure;
  health.why = set.why.empty() ? sentence(*set.failure) : set.why.view();
  if (outcome(*set.failure) == Outcome::kUnusable) {
    health.verdict = Verdict::kUndeliverable;
    return health;
  }
  if (outcome(*set.failure) == Outcome::kNoAnswer) {
    if (lookups.state() == State::kSilent) health.verdict = Verdict::kUnavailable;
    health.streak = lookups.length();
    health.since = lookups.first();
    health.heard = lookups.heard();
  }
  return health;
}

}  // namespace

std::vector<Asked> asked_addresses(const MxSet& set) {
  std::vector<Asked> asked;
  const auto is_new = [&](const Address& address) {
    return std::none_of(asked.begin(), asked.end(), [&](const Asked& one) { return one.address == address; });
  };
  for (std::size_t turn = 0; turn < kAddressesPerHostMax; ++turn) {
    for (std::size_t host = 0; host < set.hosts.size() && asked.size() < kAddressesMax; ++host) {
      const auto& addresses = set.hosts[host].addresses;
      if (turn < addresses.size() && is_new(addresses[turn])) asked.push_back({host, addresses[turn]});
    }
  }
  if (asked.size() < 2) return asked;  // as in tried()
  std::stable_sort(asked.begin(), asked.end(), [](const Asked& a, const Asked& b) { return a.host < b.host; });
  return asked;
}

DestinationHealth assess(const MxSet& set, const AddressBook& addresses, const NoAnswerStreak& lookups) {
  if (set.failure) return by_lookup(set, lookups);
  const std::vector<Tried> all = tried(set, addresses, lookups);
  if (all.empty()) return {};
  DestinationHealth health = by_standing(all);
  add_streak(health, all);
  return health;
}

}  // namespace mxpulse::health
