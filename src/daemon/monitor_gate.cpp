// What the monitor tells the gate: of bounces, and of what its own probes find.
#include <algorithm>

#include "daemon/monitor_album.hpp"

namespace mxpulse::daemon {
namespace {

constexpr auto kNewsAge = std::chrono::minutes(10);  // an older line is history
// So long a bounce waits for lookups that fail; by then the MTA tried again, and tells anew (Postfix: maximal_backoff_time).
constexpr auto kHostsPatience = std::chrono::seconds(4000);

bool is_no_answer(const BounceEvent& event) {
  return event.bounce_class == BounceClass::kNoAnswer || event.bounce_class == BounceClass::kDnsTemporary;
}

bool names_somebody(const BounceEvent& event) { return !event.host.empty() || event.address; }

// A lookup that failed for now does not tell whose host the MTA names. An answer is news only while it is new.
bool can_be_judged(const BounceEvent& event, const MxSet* set) {
  if (set == nullptr) return false;
  const bool failed_for_now = set->hosts.empty() && set->failure && outcome(*set->failure) != Outcome::kUnusable;
  return !failed_for_now || !names_somebody(event) || !is_no_answer(event);
}

}  // namespace

// Old lines, of a log read from its start, say nothing about now. A delivery to a host ends that host's streak.
void Monitor::tell_gate(const BounceEvent& event, Destination& destination, Now now) {
  if (event.time && *event.time + kNewsAge < now.system) return;
  if (event.bounce_class == BounceClass::kSuspended || event.bounce_class == BounceClass::kOther) return;
  if (can_be_judged(event, destination.set.get())) {
    if (!is_no_answer(event) && unjudged_.erase(destination.name) > 0) unsaved_.mark(destination.name);
    return judge(event, destination, now);
  }
  unjudged_[destination.name] = {event, now.steady};
  unsaved_.mark(destination.name);
}

// A lookup ended, whatever it found.
void Monitor::judge_what_waits(Destination& destination, Now now) {
  const auto found = unjudged_.find(destination.name);
  if (found == unjudged_.end()) return;
  const bool too_late = found->second.heard + kHostsPatience <= now.steady;
  if (!too_late && !can_be_judged(found->second.event, destination.set.get())) return;
  const auto waited = unjudged_.extract(found);
  unsaved_.mark(destination.name);
  if (!too_late) judge(waited.mapped().event, destination, now);
}

void Monitor::judge(const BounceEvent& event, Destination& destination, Now now) {
  const bool own_host = names_own_host(event, destination);
  switch (event.bounce_class) {
    case BounceClass::kNoAnswer:
    case BounceClass::kDnsTemporary:
      if (own_host && gatekeeper_ != nullptr) gatekeeper_->nominated(destination.name);
      return;
    case BounceClass::kDelivered:
    case BounceClass::kBusy:
    case BounceClass::kRejected:
      if (!own_host || event.host.empty()) return;
      if (gatekeeper_ != nullptr) {
        event.bounce_class == BounceClass::kDelivered ? gatekeeper_->delivered(destination.name, event.queue_id)
                                                      : gatekeeper_->replied(destination.name, event.queue_id);
      }
      if (event.address && users_.contains(*event.address)) answered_the_mta(*event.address, event, now);
      return;
    default: return;
  }
}

void Monitor::answered_the_mta(const Address& address, const BounceEvent& event, Now now) {
  const health::AddressHealth* health = book_.find(address);
  if (health == nullptr || health->streak.length() == 0) return;
  const auto last = health->streak.last();
  if (event.time && last && *event.time < *last) return;  // said before our own last look
  ProbeResult result;
  result.cause = event.bounce_class == BounceClass::kDelivered ? Cause::kReady : Cause::kBusy;
  result.why = "the MTA's log tells of an answer";
  const health::Transition transition = book_.record_of_mta(address, result, now);
  album_->changed(address);
  if (transition == health::Transition::kChanged)
    observer_.host_changed(address, true, 0, result, now);
  const auto end = event.bounce_class == BounceClass::kDelivered ? IncidentEnd::kDelivered : IncidentEnd::kAnswered;
  const Occasion occasion{result, last, end};
  for (Destination* user : users_.at(address)) reassess(*user, now, &occasion);
}

// Not a relay's failure: the host that did not answer is one of the destination's own, or the MTA names none.
bool Monitor::names_own_host(const BounceEvent& event, const Destination& destination) const {
  if (!names_somebody(event)) return true;
  const auto named = DomainName::parse(event.host);  // in lower case, whatever the MTA wrote
  for (const MxHost& host : destination.set->hosts) {
    if (named && host.name == *named) return true;
    if (event.address && std::find(host.addresses.begin(), host.addresses.end(), *event.address) != host.addresses.end())
      return true;
  }
  return false;
}

// Why what our probes say of it may be our own fault; empty: it is not.
std::string Monitor::doubt_about(const Destination& destination, SteadyTime now) const {
  for (const Address& address : asked_by(destination.set.get())) {
    const health::AddressHealth* health = book_.find(address);
    if (health != nullptr && health->last && health->last->cause == Cause::kVantageImpaired) return std::string(health->last->why.view());
    if (health != nullptr && health->answers_mta_only())
      return address.text() + " answers the MTA and not us: is our address blocked there, or another than the MTA's?";
    if (!doubts_.trusts(address, now)) return "our own connection is in doubt";
  }
  return "";
}

void Monitor::tell_gate_of(const Destination& destination, const health::DestinationHealth& health, Now now) {
  if (gatekeeper_ == nullptr) return;
  const DomainName& name = destination.name;
  if (health.answers) return gatekeeper_->answers(name, health.why);
  if (health.verdict == Verdict::kUndeliverable) return gatekeeper_->undeliverable(name, health.why);
  // Hosts that nobody asked yet, after an outage of the name: what was found before says nothing of them.
  if (health.verdict == Verdict::kUnknown && destination.set->fresh) return gatekeeper_->doubted(name, health.why);
  if (health.verdict != Verdict::kUnavailable) return;
  // Somebody answered lately, if not as often as health.rise asks: no streak stands behind a hold.
  if (health.streak < options_.thresholds.fall)
    return gatekeeper_->doubted(name, "somebody answered, not yet often enough to count as answering");
  if (const std::string doubt = doubt_about(destination, now.steady); !doubt.empty()) return gatekeeper_->doubted(name, doubt);
  if (health.heard) gatekeeper_->silent(name, *health.heard, health.why);
}

}  // namespace mxpulse::daemon
