#include "health/address_health.hpp"

namespace mxpulse::health {

constexpr auto kMtaAnswerCounts = std::chrono::hours(24);

Transition AddressHealth::record(const ProbeResult& result, Thresholds thresholds, Now now) {
  const Outcome said = outcome(result.cause);
  const Transition transition = streak.record(said, thresholds, now);
  last = result;
  if (said == Outcome::kAnswered || said == Outcome::kNoAnswer) last_asked = now.system;

  const bool agrees = (streak.state() == State::kAnswering && said == Outcome::kAnswered) ||
                      (streak.state() == State::kSilent && said == Outcome::kNoAnswer);
  if (agrees) settled = result.cause;
  if (said == Outcome::kAnswered || (answered_mta && *answered_mta + kMtaAnswerCounts < now.system)) answered_mta.reset();
  return transition;
}

bool AddressHealth::is_left_out() const {
  return !settled && last && (last->no_route || last->cause == Cause::kDeniedAddress);
}

Transition AddressBook::record(const Address& address, const ProbeResult& result, Now now) {
  AddressHealth& health = known_[address];
  const bool answered_before = health.streak.state() == State::kAnswering && health.streak.length() == 0;
  const bool nothing_new = answered_before && health.last && health.last->cause == result.cause;
  const Transition transition = health.record(result, thresholds_, now);
  if (!nothing_new || transition != Transition::kNone || health.streak.length() > 0) unsaved_.mark(address);
  return transition;
}

void AddressBook::asked(const Address& address) {
  const auto found = known_.find(address);
  if (found == known_.end() || !found->second.is_left_out()) return;
  found->second.last.reset();
  unsaved_.mark(address);
}

void AddressBook::forget(const Address& address) {
  if (known_.erase(address) > 0) unsaved_.mark(address);
}

void AddressBook::resume(const SavedAddress& saved, SystemTime now) {
  AddressHealth& health = known_[saved.address];
  health.streak = NoAnswerStreak::resume(saved.streak, now);
  health.settled = saved.settled;
  health.last_asked = saved.last_asked;
  if (!saved.cause) return;
  ProbeResult last;
  last.cause = *saved.cause;
  last.reply_code = saved.reply_code;
  last.greeting = saved.greeting;
  last.why = saved.why;
  last.no_route = saved.no_route;
  health.last = std::move(last);
}

std::optional<SavedAddress> AddressBook::saved(const Address& address) const {
  const AddressHealth* health = find(address);
  if (health == nullptr) return std::nullopt;
  SavedAddress saved;
  saved.address = address;
  saved.streak = health->streak.saved();
  saved.settled = health->settled;
  saved.last_asked = health->last_asked;
  if (!health->last) return saved;
  saved.cause = health->last->cause;
  saved.reply_code = health->last->reply_code;
  saved.greeting = health->last->greeting;
  saved.why = health->last->why;
  saved.no_route = health->last->no_route;
  return saved;
}

Transition AddressBook::record_of_mta(const Address& address, const ProbeResult& result, Now now) {
  AddressHealth& health = known_[address];
  const Transition transition = health.record(result, thresholds_, now);
  health.answered_mta = now.system;
  return transition;
}

const AddressHealth* AddressBook::find(const Address& address) const {
  const auto found = known_.find(address);
  return found == known_.end() ? nullptr : &found->second;
}

}  // namespace mxpulse::health
