// The auditor's eye on holds: why they begin, when they end, and what becomes of the mail.
#include <algorithm>

#include "daemon/options.hpp"
#include "health/destination_health.hpp"
#include "world/auditor.hpp"

namespace mxpulse::test {
namespace {

using namespace std::chrono_literals;

constexpr auto kTableLag = 45s;    // a write that failed is tried again after 30 s
constexpr auto kFlushTime = 180s;  // looks, pushes, and conversations that take a minute
constexpr auto kTrialSlack = 30s;

}  // namespace

void Auditor::gate_moved(const GateTransition& transition, GateMode mode, Now now) {
  switch (transition.to) {
    case GateMove::kHeld:
    case GateMove::kTrial: return hold_begins(transition, now);
    case GateMove::kReleased: return hold_ends(transition, mode, now);
    case GateMove::kExhausted: holds_.erase(transition.destination); return;
  }
}

void Auditor::hold_begins(const GateTransition& transition, Now now) {
  const DomainName& name = transition.destination;
  const std::string promise = "1: no hold without its reasons";
  const bool goes_on = holds_.contains(name);
  if (transition.to == GateMove::kTrial) {
    if (!goes_on) broken_("trials belong to holds", std::string(name.text()));
    ++trials_begun_;
    trials_[name] = world_.time.running();
    const bool enforced = machine_ != nullptr && machine_->gatekeeper().mode() == GateMode::kEnforce;
    if (enforced && world_.mta.queued(name, now.steady) > 0) tries_[name] = {now.steady, world_.time.running() + kTrialSlack};
  }
  const auto options = machine_ == nullptr ? daemon::GateOptions{} : daemon::gate_options(machine_->config());
  const Duration lease = transition.until ? Duration(*transition.until - now.system) : Duration::max();
  if (lease > options.policy.max_hold || lease > longest_step_)
    broken_("2: no hold outlives its lease", name.text() + " is leased for " + seconds(lease));
  const SteadyTime begun = goes_on ? holds_.at(name).begun : now.steady;
  holds_[name] = {begun, now.steady + lease, *transition.until, false};
  flushes_.erase(name);
  if (goes_on || machine_ == nullptr) return;  // what an earlier run began goes on

  const auto bounce = truly_bounced_.find(name);
  // With no place of its own in the log an old line is read again, and is news to a clock that was set back.
  const bool reads_once = !machine_->config().store.path.empty();
  if (bounce == truly_bounced_.end() || (reads_once && bounce->second + options.policy.nomination_age + kOldNews < now.steady))
    broken_(promise, name.text() + ": the MTA met an answer, or never tried, within a day");
  if (options.policy.never_hold.contains(name)) broken_(promise, name.text() + " is on the never-hold list");
  const auto destination = destinations_.find(name);
  if (destination == destinations_.end()) {
    if (machine_->config().store.path.empty()) broken_(promise, name.text() + " is not watched");
    return;  // what an earlier run knew of its hosts
  }
  const std::string why_not = why_not_silent(destination->second, now.steady);
  if (!why_not.empty()) broken_(promise, name.text() + ": " + why_not);
}

void Auditor::hold_ends(const GateTransition& transition, GateMode mode, Now now) {
  const DomainName& name = transition.destination;
  const auto hold = holds_.extract(name);
  if (transition.why.starts_with("no mail waits")) --trials_begun_;  // the next message is the trial
  if (hold && hold.mapped().must_end && !transition.answered)
    broken_("a release that an answer brings speaks of it", name.text() + ": " + transition.why);
  if (!transition.answered) return;
  const auto destination = destinations_.find(name);
  const bool known = destination != destinations_.end() && destination->second.set;  // not yet after a restart
  const bool truly = !known || (destination->second.answered == now.steady || somebody_answers(destination->second));
  if (!truly) broken_("a release that speaks of an answer had one", name.text() + ": " + transition.why);
  if (mode == GateMode::kEnforce && world_.mta.queued(name) > 0 && takes_mail_now(name))
    flushes_[name] = {now.steady, world_.time.running() + kFlushTime};
}

void Auditor::retried(RetryResult) { ++trials_told_; }

// Empty: every address a sender would try has been silent often enough, and somebody lately.
std::string Auditor::why_not_silent(const Destination& destination, SteadyTime now) const {
  const bool remembers = !machine_->config().store.path.empty();
  if (!destination.set) return remembers ? "" : "its hosts are not known";  // an earlier run may have known them
  const auto evidence_age = daemon::gate_options(machine_->config()).policy.evidence_age;
  if (destination.set->failure) {
    if (destination.set->failure != Cause::kDnsTemporary) return "there is nobody to ask";
    return why_not_silent(lookups_.at(destination.set->destination));
  }
  SteadyTime newest{};
  bool anybody = false;
  const auto consider = [&](const Silence& silence) {
    newest = std::max(newest, silence.last_no_answer);
    anybody = true;
    return why_not_silent(silence);
  };
  for (const auto& asked : health::asked_addresses(*destination.set)) {
    const auto silence = silences_.find(asked.address);
    if (silence == silences_.end()) return asked.address.text() + " was never asked";
    const bool left_out =
        silence->second.length < fall_max_ && (silence->second.cause == Cause::kDeniedAddress || silence->second.no_route);
    if (left_out) continue;
    if (const auto why = consider(silence->second); !why.empty()) return asked.address.text() + " " + why;
  }
  for (const MxHost& host : destination.set->hosts) {
    if (host.failure != Cause::kDnsTemporary) continue;
    if (const auto why = consider(lookups_.at(destination.set->destination)); !why.empty()) return host.name.text() + " " + why;
  }
  if (!anybody) return "nobody could be asked";
  return newest + evidence_age < now ? "the last no-answer is " + seconds(now - newest) + " old" : "";
}

std::string Auditor::why_not_silent(const Silence& silence) const {
  if (countable(silence) >= fall_min_) return "";
  return "gave no answer " + std::to_string(countable(silence)) + " times";
}

// While we are in trouble ourselves nobody is heard who could vouch for a no-answer; the last one may be vouched for by what is
// heard when it ends.
unsigned Auditor::countable(const Silence& silence) const {
  if (!always_controlled_) return silence.length;
  const unsigned ends = world_.network.troubles_ended() - silence.troubles_before + (world_.network.in_trouble() ? 1 : 0);
  return silence.length - silence.ours + std::min(silence.ours, ends);
}

bool Auditor::somebody_answers(const Destination& destination) const {
  return std::any_of(silences_.begin(), silences_.end(), [&](const auto& one) {
    const auto& since = one.second.since_answer;
    return since && *since < fall_max_ && asks(destination, one.first);
  });
}

bool Auditor::takes_mail_now(const DomainName& destination) const {
  const auto found = world_.dns.sender_finds(std::string(destination.text()));
  return !found.empty() && std::all_of(found.begin(), found.end(), [&](const auto& one) {
    return meet(world_.network.met_by_mta(one.second), one.second, {30s, 60s}).result.cause == Cause::kReady;
  });
}

void Auditor::check_holds(Now now) {
  for (const auto& [name, hold] : holds_) {
    if (hold.must_end) broken_("3: an answer or a delivery removes the hold within one turn", std::string(name.text()));
    const bool over = now.steady >= hold.end || now.system >= hold.end_system;
    if (over && machine_->gatekeeper().answer(name).hold)
      broken_("2: no hold outlives its lease", name.text() + " is held by the answer");
  }
}

void Auditor::check_table(Now now) {
  const Duration running = world_.time.running();
  std::erase_if(table_wrong_, [&](const auto& one) { return !world_.mta.table().contains(one.first); });
  for (const DomainName& name : world_.mta.table()) {
    const auto hold = holds_.find(name);
    const bool leased = hold != holds_.end() && now.steady < hold->second.end && now.system < hold->second.end_system;
    const bool may = leased && machine_->gatekeeper().mode() == GateMode::kEnforce;
    if (may || world_.mta.table_is_stuck()) {
      table_wrong_.erase(name);
      continue;
    }
    const auto since = table_wrong_.try_emplace(name, running).first->second;
    if (running - since > kTableLag) broken_("2: no hold outlives its lease", name.text() + " stays in the MTA's table");
  }
}

void Auditor::check_trials() {
  static const Duration patience = gate::Policy{}.trial_patience + kTrialSlack;
  std::erase_if(trials_, [&](const auto& one) { return one.second + patience < world_.time.running(); });
  for (auto one = tries_.begin(); one != tries_.end();) {
    const bool tried = world_.mta.last_attempt(one->first) >= one->second.released;
    const bool late = world_.time.running() > one->second.until;
    if (!tried && late) broken_("a trial tries a message", std::string(one->first.text()));
    one = tried || late ? tries_.erase(one) : std::next(one);
  }
  if (trials_begun_ - trials_told_ > trials_.size())
    broken_("every trial is settled", std::to_string(trials_begun_) + " begun, " + std::to_string(trials_told_) + " told");
}

void Auditor::check_flushes() {
  for (auto one = flushes_.begin(); one != flushes_.end();) {
    const auto& [name, flush] = *one;
    const bool empty = world_.mta.queued(name, flush.released) == 0;
    if (empty || !takes_mail_now(name)) {
      one = flushes_.erase(one);
      continue;
    }
    if (world_.time.running() > flush.until) {
      broken_("what is released is flushed",
              name.text() + " has mail in the queue " + seconds(kFlushTime) + " after it answered");
      one = flushes_.erase(one);
      continue;
    }
    ++one;
  }
}

}  // namespace mxpulse::test
