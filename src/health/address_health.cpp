#include "health/address_health.hpp"

namespace mxpulse::health {

namespace {

constexpr auto kMtaAnswerCounts = std::chrono::hours(24);

std::optional<LastResult::Time> kept(std::optional<Duration> time) {
  return time ? std::optional(std::chrono::duration_cast<LastResult::Time>(*time)) : std::nullopt;
}

std::optional<std::uint16_t> kept(std::optional<int> code) {
  return code ? std::optional(static_cast<std::uint16_t>(*code)) : std::nullopt;
}

// `before`: of the same address.
LastResult kept(const ProbeResult& result, const std::optional<LastResult>& before, RecentTexts& reasons) {
  const bool greets_as_before = before && before->greeting.view() == result.greeting;
  return {result.cause,
          result.no_route,
          kept(result.reply_code),
          kept(result.connect_time),
          kept(result.greeting_time),
          reasons.get(result.why),
          greets_as_before ? before->greeting : SharedText(result.greeting)};
}

}  // namespace

Transition AddressHealth::record(const ProbeResult& result, Thresholds thresholds, RecentTexts& reasons, Now now) {
  const Outcome said = outcome(result.cause);
  const Transition transition = streak.record(said, thresholds, now);
  last = kept(result, last, reasons);
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
  const Transition transition = health.record(result, thresholds_, reasons_, now);
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
  LastResult& last = health.last.emplace();
  last.cause = *saved.cause;
  last.no_route = saved.no_route;
  last.reply_code = kept(saved.reply_code);
  last.why = reasons_.get(saved.why);
  last.greeting = SharedText(saved.greeting);
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
  saved.greeting = health->last->greeting.view();
  saved.why = health->last->why.view();
  saved.no_route = health->last->no_route;
  return saved;
}

Transition AddressBook::record_of_mta(const Address& address, const ProbeResult& result, Now now) {
  AddressHealth& health = known_[address];
  const Transition transition = health.record(result, thresholds_, reasons_, now);
  health.answered_mta = now.system;
  return transition;
}

const AddressHealth* AddressBook::find(const Address& address) const {
  const auto found = known_.find(address);
  return found == known_.end() ? nullptr : &found->second;
}

}  // namespace mxpulse::health
