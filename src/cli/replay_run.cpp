#include "cli/replay_run.hpp"

#include <algorithm>

namespace mxpulse::cli {
namespace {

// Our probes would have gone on: what they found stays true until the log tells of an answer.
gate::Policy with_lasting_evidence(gate::Policy policy) {
  policy.evidence_age = std::chrono::hours(24 * 365 * 10);
  return policy;
}

}  // namespace

ReplayRun::ReplayRun(ReplayOptions options)
    : options_(std::move(options)), watchlist_(options_.watch), gate_(with_lasting_evidence(options_.policy)) {}

void ReplayRun::take(const BounceEvent& event) {
  ++events_;
  pass_time_until(std::max(time_, event.time.value_or(time_)));
  switch (event.bounce_class) {
    case BounceClass::kNoAnswer:
    case BounceClass::kDnsTemporary: return no_answer(event);
    case BounceClass::kDelivered:
    case BounceClass::kBusy:
    case BounceClass::kRejected: return answered(event);
    default: return;  // nobody was asked
  }
}

void ReplayRun::pass_time_until(SystemTime time) {
  while (true) {
    const auto silent = silent_from_.next();
    const auto turn = gate_.next();
    if (!silent && !turn) break;
    const SteadyTime next = !turn ? *silent : !silent ? *turn : std::min(*silent, *turn);
    if (next > SteadyTime(time.time_since_epoch())) break;
    time_ = std::max(time_, SystemTime(std::chrono::duration_cast<SystemTime::duration>(next.time_since_epoch())));
    while (const Course* due = silent_from_.take(next))
      note(gate_.silent(due->told.destination, now().steady, "silent", now()));
    note(gate_.turn(now()));
  }
  time_ = time;
  for (const DomainName& name : watchlist_.expire(now()).left) note(gate_.forgotten(name, now()));
}

void ReplayRun::no_answer(const BounceEvent& event) {
  const DomainName& name = event.destination;
  Course& course = courses_.try_emplace(name, Course{{name}, {}, {}, {}}).first->second;
  if (course.outage.back) course.outage = {};  // another outage
  course.outage.last_failure = time_;
  if (!event.queue_id.empty() && course.outage.waiting.size() < watch::kMessagesMax)
    course.outage.waiting.try_emplace(event.queue_id, time_);
  ++course.told.failed;

  watchlist_.record(event, now());
  if (!watchlist_.contains(name)) return;
  if (gate_.answer(name, now()).hold) {
    ++course.told.spared;
    return;
  }
  if (!gate_.on_course(name)) silent_from_.set(course, now().steady + options_.detection);
  note(gate_.nominated(name, now()));
}

// A trial while nobody answers, as far as the log knows.
void ReplayRun::bounces(const DomainName& name) {
  BounceEvent event;
  event.destination = name;
  event.bounce_class = BounceClass::kNoAnswer;
  watchlist_.record(event, now());
  note(gate_.nominated(name, now()));
}

void ReplayRun::answered(const BounceEvent& event) {
  const DomainName& name = event.destination;
  const auto found = courses_.find(name);
  if (found == courses_.end()) return;
  Course& course = found->second;
  silent_from_.erase(course);
  if (!course.outage.back) course.outage.back = time_;
  const bool is_delivery = event.bounce_class == BounceClass::kDelivered;
  note(is_delivery ? gate_.delivered(name, now()) : gate_.replied(name, now()));
  if (is_delivery) leaves(course, event.queue_id);
}

// A message that waited for the host leaves: with a gate it had left when the host was back.
void ReplayRun::leaves(Course& course, const std::string& queue_id) {
  if (course.outage.waiting.erase(queue_id) == 0) return;
  ++course.told.waited;
  course.told.sooner_most += time_ - course.outage.last_failure;
  if (time_ <= *course.outage.back) return;
  ++course.told.sooner;
  course.told.sooner_least += time_ - *course.outage.back;
}

void ReplayRun::note(const gate::Gate::Transitions& transitions) {
  for (const GateTransition& one : transitions) {
    Course& course = courses_.at(one.destination);
    switch (one.to) {
      case GateMove::kHeld:
        if (course.held_since) break;  // back from a trial
        course.held_since = time_;
        ++course.told.holds;
        break;
      case GateMove::kTrial:
        ++course.told.trials;
        bounces(one.destination);
        break;
      case GateMove::kExhausted: course.told.exhausted = true; [[fallthrough]];
      case GateMove::kReleased:
        if (course.held_since) course.told.held += time_ - *course.held_since;
        course.held_since.reset();
        break;
    }
  }
}

std::vector<Replayed> ReplayRun::results() const {
  std::vector<Replayed> all;
  for (const auto& [name, course] : courses_) {
    all.push_back(course.told);
    if (course.held_since) all.back().held += time_ - *course.held_since;
  }
  std::stable_sort(all.begin(), all.end(), [](const Replayed& a, const Replayed& b) { return a.failed > b.failed; });
  return all;
}

}  // namespace mxpulse::cli
