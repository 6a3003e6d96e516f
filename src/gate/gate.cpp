#include "gate/gate.hpp"

#include <algorithm>
#include <utility>

namespace mxpulse::gate {

Gate::Transitions Gate::configure(Policy policy, Now now) {
  policy_ = std::move(policy);
  Transitions out;
  for (auto& [name, course] : courses_) {
    if (is_held(course) && policy_.never_hold.contains(name)) release(name, course, "is on the never-hold list", false, now, out);
    plan(name, course);
  }
  return out;
}

Gate::Transitions Gate::nominated(const DomainName& name, Now now) {
  Transitions out;
  const auto [found, is_new] = courses_.try_emplace(name);
  Course& course = found->second;
  course.last_nomination = now.steady;
  if (is_new) {
    course.step_due = now.steady + policy_.schedule.front();
    course.step_due_system = now.system + std::chrono::duration_cast<SystemTime::duration>(policy_.schedule.front());
  }
  settle_trial(course, RetryResult::kNoAnswer);
  course.awaits_mail = false;
  if (course.phase == Phase::kTrial) hold(name, course, GateMove::kHeld, "the trial met no answer", now, out);
  consider(name, course, now, out);
  plan(name, course);
  return out;
}

Gate::Transitions Gate::delivered(const DomainName& name, Now now) {
  Transitions out;
  const auto found = courses_.find(name);
  if (found == courses_.end()) return out;
  settle_trial(found->second, RetryResult::kDelivered);
  finish(name, found->second, "mail was delivered", true, now, out);
  return out;
}

Gate::Transitions Gate::replied(const DomainName& name, Now now) {
  Transitions out;
  const auto found = courses_.find(name);
  if (found == courses_.end()) return out;
  settle_trial(found->second, RetryResult::kAnswered);
  finish(name, found->second, "a host answered the MTA", true, now, out);
  return out;
}

Gate::Transitions Gate::silent(const DomainName& name, SteadyTime heard, std::string why, Now now) {
  Transitions out;
  const auto found = courses_.find(name);
  if (found == courses_.end()) return out;
  Course& course = found->second;
  if (!course.silent) fell_silent(course);
  course.silent = true;
  course.why = std::move(why);
  course.evidence = heard;
  consider(name, course, now, out);
  plan(name, course);
  return out;
}

Gate::Transitions Gate::answers(const DomainName& name, std::string why, Now now) {
  return not_silent(name, std::move(why), true, now);
}

Gate::Transitions Gate::undeliverable(const DomainName& name, std::string why, Now now) {
  return not_silent(name, std::move(why), false, now);
}

Gate::Transitions Gate::not_silent(const DomainName& name, std::string why, bool answered, Now now) {
  Transitions out;
  const auto found = courses_.find(name);
  if (found == courses_.end()) return out;
  Course& course = found->second;
  course.silent = false;
  course.why = std::move(why);
  if (is_held(course)) {
    release(name, course, course.why, answered, now, out);
  } else if (course.phase == Phase::kExhausted) {
    finish(name, course, std::string(course.why), answered, now, out);
    return out;
  }
  plan(name, course);
  return out;
}

Gate::Transitions Gate::nothing_waiting(const DomainName& name, Now now) {
  Transitions out;
  const auto found = courses_.find(name);
  if (found == courses_.end() || found->second.phase != Phase::kTrial) return out;
  found->second.trial_open = false;
  found->second.awaits_mail = true;
  release(name, found->second, "no mail waits; the next message is the trial", false, now, out);
  plan(name, found->second);
  return out;
}

Gate::Transitions Gate::forgotten(const DomainName& name, Now now) {
  Transitions out;
  const auto found = courses_.find(name);
  if (found == courses_.end()) return out;
  if (is_held(found->second)) release(name, found->second, "is watched no more", false, now, out);
  drop(name);
  return out;
}

Gate::Transitions Gate::distrust(std::string why, Now now) {
  Transitions out;
  distrust_ = std::move(why);
  if (!distrust_.empty()) release_all(distrust_, now, out);
  return out;
}

Gate::Transitions Gate::doubted(const DomainName& name, std::string why, Now now) {
  Transitions out;
  const auto found = courses_.find(name);
  if (found == courses_.end()) return out;
  Course& course = found->second;
  course.silent = false;
  course.why = std::move(why);
  if (is_held(course)) release(name, course, course.why, false, now, out);
  plan(name, course);
  return out;
}

Gate::Transitions Gate::turn(Now now) {
  Transitions out;
  while (!due_.empty() && due_.begin()->first <= now.steady) {
    const DomainName name = due_.begin()->second;
    step(name, courses_.at(name), now, out);
  }
  // The wall clock may run ahead of the steady one; held courses are few.
  if (held_count_ == 0) return out;
  for (auto& [name, course] : courses_) {
    if (!is_held(course) || !lease_over(course, now)) continue;
    release(name, course, "the lease is over", false, now, out);
    plan(name, course);
  }
  return out;
}

Gate::Transitions Gate::stop(Now now) {
  Transitions out;
  release_all("mxpulse stops", now, out);
  courses_.clear();
  due_.clear();
  due_of_.clear();
  return out;
}

std::optional<SteadyTime> Gate::next() const { return due_.empty() ? std::nullopt : std::optional(due_.begin()->first); }

GateAnswer Gate::answer(const DomainName& name, Now now) const {
  GateAnswer answer;
  const auto found = courses_.find(name);
  if (found == courses_.end()) {
    answer.why = "no bounce calls for a hold";
    return answer;
  }
  const Course& course = found->second;
  answer.exhausted = course.phase == Phase::kExhausted;
  if (!answer.exhausted) answer.next_retry = course.step_due_system;
  answer.hold =
      is_held(course) && !lease_over(course, now) && distrust_.empty() && course.evidence + policy_.evidence_age > now.steady;
  if (answer.hold) {
    answer.trial = course.trial_open;
    answer.until = course.lease_end_system;
    answer.why = course.why;
  } else if (answer.exhausted) {
    answer.why = "the retry schedule is over: " + course.why;
  } else if (!distrust_.empty()) {
    answer.why = "not held: " + distrust_;
  } else {
    answer.why = course.silent ? "not held: " + course.why : "it bounced, but our own probes do not find it silent";
  }
  return answer;
}

std::set<DomainName> Gate::held() const {
  std::set<DomainName> names;
  for (const auto& [name, course] : courses_) {
    if (is_held(course)) names.insert(name);
  }
  return names;
}

// Evidence of its own: what was written down of an earlier one does not stand for it.
void Gate::fell_silent(Course& course) {
  ++course.revision;
  course.is_kept = false;
}

// Every condition of a hold stands here.
void Gate::consider(const DomainName& name, Course& course, Now now, Transitions& out) {
  if (course.phase != Phase::kNominated || course.awaits_mail) return;
  const bool fresh_bounce = course.last_nomination + policy_.nomination_age > now.steady;
  const bool fresh_evidence = course.silent && course.evidence + policy_.evidence_age > now.steady;
  if (!fresh_bounce || !fresh_evidence || !distrust_.empty() || policy_.never_hold.contains(name)) return;
  if (policy_.keeps_evidence && !course.is_kept) return;
  course.held_since = now;
  hold(name, course, GateMove::kHeld, course.why, now, out);
}

void Gate::hold(const DomainName& name, Course& course, GateMove move, std::string why, Now now, Transitions& out) {
  set_phase(course, move == GateMove::kTrial ? Phase::kTrial : Phase::kHeld);
  const Duration length = std::min(policy_.max_hold, std::max<Duration>(course.step_due - now.steady, Duration(0)));
  course.lease_end = now.steady + length;
  course.lease_end_system = now.system + std::chrono::duration_cast<SystemTime::duration>(length);
  out.push_back({name, move, std::move(why), course.lease_end_system, false, {}});
}

void Gate::release(const DomainName& name, Course& course, std::string why, bool answered, Now now, Transitions& out) {
  settle_trial(course, answered ? RetryResult::kAnswered : RetryResult::kUnsettled);
  set_phase(course, Phase::kNominated);
  out.push_back({name, GateMove::kReleased, std::move(why), {}, answered, now.steady - course.evidence});
}

// Somebody answered the MTA itself: the course is over.
void Gate::finish(const DomainName& name, Course& course, std::string why, bool answered, Now now, Transitions& out) {
  if (is_held(course) || course.phase == Phase::kExhausted) release(name, course, std::move(why), answered, now, out);
  drop(DomainName(name));
}

void Gate::release_all(const std::string& why, Now now, Transitions& out) {
  for (auto& [name, course] : courses_) {
    if (!is_held(course)) continue;
    release(name, course, why, false, now, out);
    plan(name, course);
  }
}

// What the course's due time brings: the end of stale evidence, a trial, the end of the schedule, or of the course.
void Gate::step(const DomainName& name, Course& course, Now now, Transitions& out) {
  const bool step_is_due = course.phase != Phase::kExhausted && course.step_due <= now.steady;
  // The last step is as long as a bounce counts: the step goes first.
  if (!step_is_due && course.last_nomination + policy_.nomination_age <= now.steady) {
    if (is_held(course)) release(name, course, "the last bounce is too long ago", false, now, out);
    return drop(DomainName(name));
  }
  if (course.trial_open && course.trial_begun + policy_.trial_patience <= now.steady) {
    settle_trial(course, RetryResult::kUnsettled);
    set_phase(course, Phase::kHeld);
  }
  if (is_held(course) && course.evidence + policy_.evidence_age <= now.steady)
    release(name, course, "our own last no-answer is too long ago", false, now, out);
  if (step_is_due) {
    ++course.step;
    if (course.step >= policy_.schedule.size()) {
      if (!course.silent) return drop(DomainName(name));
      settle_trial(course, RetryResult::kUnsettled);
      set_phase(course, Phase::kExhausted);
      course.last_nomination = now.steady;  // what is let go now will tell
      out.push_back({name, GateMove::kExhausted, "the retry schedule is over and nobody answered", {}, false, {}});
    } else {
      const Duration pause = policy_.schedule[course.step];
      course.step_due = now.steady + pause;
      course.step_due_system = now.system + std::chrono::duration_cast<SystemTime::duration>(pause);
      if (is_held(course)) {
        settle_trial(course, RetryResult::kUnsettled);
        hold(name, course, GateMove::kTrial, "step " + std::to_string(course.step) + " of the retry schedule", now, out);
        course.trial_open = true;
        course.trial_begun = now.steady;
      }
    }
  } else if (is_held(course) && lease_over(course, now)) {
    release(name, course, "the lease is over", false, now, out);
  }
  plan(name, course);
}

void Gate::settle_trial(Course& course, RetryResult result) {
  if (std::exchange(course.trial_open, false)) retry_results_.push_back(result);
}

void Gate::set_phase(Course& course, Phase phase) {
  held_count_ -= is_held(course) ? 1 : 0;
  course.phase = phase;
  held_count_ += is_held(course) ? 1 : 0;
}

void Gate::plan(const DomainName& name, const Course& course) {
  unsaved_.mark(name);
  const auto old = due_of_.find(name);
  if (old != due_of_.end()) due_.erase({old->second, name});
  due_of_[name] = due(course);
  due_.insert({due(course), name});
}

void Gate::drop(const DomainName& name) {
  unsaved_.mark(name);
  const auto planned = due_of_.find(name);
  if (planned != due_of_.end()) {
    due_.erase({planned->second, name});
    due_of_.erase(planned);
  }
  const auto found = courses_.find(name);
  if (found == courses_.end()) return;
  set_phase(found->second, Phase::kNominated);
  courses_.erase(found);
}

bool Gate::lease_over(const Course& course, Now now) const {
  const bool clock_was_set_back = now.system + std::chrono::minutes(1) < course.held_since.system;
  return course.lease_end <= now.steady || course.lease_end_system <= now.system || clock_was_set_back;
}

SteadyTime Gate::due(const Course& course) const {
  SteadyTime at = course.last_nomination + policy_.nomination_age;
  if (course.phase != Phase::kExhausted) at = std::min(at, course.step_due);
  if (is_held(course)) at = std::min({at, course.lease_end, course.evidence + policy_.evidence_age});
  if (course.trial_open) at = std::min(at, course.trial_begun + policy_.trial_patience);
  return at;
}

}  // namespace mxpulse::gate
