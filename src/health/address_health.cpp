#include "health/address_health.hpp"

namespace mxpulse::health {

Transition AddressHealth::record(const ProbeResult& result, Thresholds thresholds, Now now) {
  const Outcome said = outcome(result.cause);
  const Transition transition = streak.record(said, thresholds, now);
  last = result;
  if (said == Outcome::kAnswered || said == Outcome::kNoAnswer) last_asked = now.system;

  const bool agrees = (streak.state() == State::kAnswering && said == Outcome::kAnswered) ||
                      (streak.state() == State::kSilent && said == Outcome::kNoAnswer);
  if (agrees) settled = result.cause;
  return transition;
}

Transition AddressBook::record(const Address& address, const ProbeResult& result, Now now) {
  return known_[address].record(result, thresholds_, now);
}

const AddressHealth* AddressBook::find(const Address& address) const {
  const auto found = known_.find(address);
  return found == known_.end() ? nullptr : &found->second;
}

}  // namespace mxpulse::health
