// What the gate remembers over a restart.
#include <algorithm>

#include "gate/gate.hpp"

namespace mxpulse::gate {
namespace {

SteadyTime past(SystemTime time, Now now) { return now.steady - std::max<Duration>(now.system - time, Duration(0)); }

SystemTime on_the_wall(SteadyTime time, Now now) {
  return now.system + std::chrono::duration_cast<SystemTime::duration>(time - now.steady);
}

}  // namespace

// A hold goes on when everything a new one needs is fresh by the wall clock; a clock that was set back proves nothing.
// Its lease ends when it would have ended. Whoever is not held any more is released, so that what waited is flushed.
Gate::Transitions Gate::resume(const std::vector<SavedCourse>& saved, Now taken, Now now) {
  Transitions out;
  const bool clock_was_set_back =
      now.system < taken.system || set_between(taken, now).value_or(Duration(0)) < -std::chrono::minutes(1);
  for (const SavedCourse& one : saved) {
    if (clock_was_set_back || one.last_nomination + policy_.nomination_age <= now.system) {
      if (one.held)
        out.push_back({one.destination, GateMove::kReleased, "what held it before the restart is too old", {}, false, {}});
      unsaved_.mark(one.destination);
      continue;
    }
    const auto [found, is_new] = courses_.try_emplace(one.destination);
    if (!is_new) continue;
    Course& course = found->second;
    course.last_nomination = past(one.last_nomination, now);
    course.step = std::min<std::size_t>(one.step, policy_.schedule.size() - 1);
    const Duration to_step = std::clamp<Duration>(one.step_due - now.system, Duration(0), policy_.schedule[course.step]);
    course.step_due = now.steady + to_step;
    course.step_due_system = now.system + std::chrono::duration_cast<SystemTime::duration>(to_step);
    course.silent = one.silent;
    course.evidence = past(one.evidence, now);
    course.why = one.why;
    course.is_kept = one.silent;
    if (one.exhausted) course.phase = Phase::kExhausted;
    if (one.held) resume_hold(one, course, now, out);
    plan(one.destination, course);
  }
  return out;
}

void Gate::resume_hold(const SavedCourse& saved, Course& course, Now now, Transitions& out) {
  consider(saved.destination, course, now, out);
  if (!is_held(course)) {
    out.push_back(
        {saved.destination, GateMove::kReleased, "our own last no-answer is from too long before the restart", {}, false, {}});
    return;
  }
  course.lease_end_system = std::min(course.lease_end_system, saved.lease_end);
  course.lease_end = std::min(course.lease_end, now.steady + std::max<Duration>(saved.lease_end - now.system, Duration(0)));
  out.back().until = course.lease_end_system;
}

std::optional<SavedCourse> Gate::saved(const DomainName& name, Now now) const {
  const auto found = courses_.find(name);
  if (found == courses_.end()) return std::nullopt;
  const Course& course = found->second;
  SavedCourse saved;
  saved.destination = name;
  saved.held = is_held(course);
  saved.exhausted = course.phase == Phase::kExhausted;
  saved.last_nomination = on_the_wall(course.last_nomination, now);
  saved.step = static_cast<unsigned>(course.step);
  saved.step_due = course.step_due_system;
  saved.silent = course.silent;
  saved.evidence = on_the_wall(course.evidence, now);
  saved.lease_end = saved.held ? course.lease_end_system : SystemTime();
  saved.why = course.why;
  saved.revision = course.revision;
  return saved;
}

std::vector<DomainName> Gate::names() const {
  std::vector<DomainName> all;
  all.reserve(courses_.size());
  for (const auto& [name, course] : courses_) all.push_back(name);
  return all;
}

Gate::Transitions Gate::kept(const SavedCourse& saved, Now now) {
  Transitions out;
  const auto found = courses_.find(saved.destination);
  if (found == courses_.end() || !saved.silent || saved.revision != found->second.revision) return out;
  Course& course = found->second;
  if (std::exchange(course.is_kept, true)) return out;
  consider(saved.destination, course, now, out);
  if (!out.empty()) plan(saved.destination, course);
  return out;
}

}  // namespace mxpulse::gate
