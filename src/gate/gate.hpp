// Which destinations' mail is worth holding back, and until when.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "mxpulse/hold.hpp"
#include "mxpulse/saved.hpp"
#include "mxpulse/time.hpp"
#include "mxpulse/unsaved.hpp"
#include "mxpulse/verdict.hpp"

namespace mxpulse::gate {

struct Policy {
  // From each trial to the next; the first counts from the bounce. At least one, each positive.
  std::vector<Duration> schedule{std::chrono::minutes(30), std::chrono::hours(1), std::chrono::hours(2), std::chrono::hours(4),
                                 std::chrono::hours(24)};
  Duration max_hold = std::chrono::hours(24);          // the longest lease
  Duration evidence_age = std::chrono::minutes(25);    // an own no-answer older than this holds nothing
  Duration nomination_age = std::chrono::hours(24);    // nor does a bounce older than this
  Duration trial_patience = std::chrono::minutes(10);  // so long a trial waits for the line that tells its result
  std::unordered_set<DomainName> never_hold{};
  bool keeps_evidence = false;  // a hold begins once its evidence is written down, see kept()
};

// A course is what follows a bounce: nominated -> held -> (trial -> held)... -> released or exhausted.
// - held only with a bounce of the MTA's own, a silent destination by our own fresh probes, and trust in our vantage
// - a lease ends at the schedule's next step at the latest, by either clock; a clock set back ends it too
// - at each step one trial is let through, whatever we believe; after the last one nothing is held any more
// - any answer, and any delivery, ends the hold at once
// Pure: it is told everything, with `now`. Every call returns what changed, in order.
class Gate {
 public:
  using Transitions = std::vector<GateTransition>;

  explicit Gate(Policy policy) : policy_(std::move(policy)) {}

  Transitions configure(Policy policy, Now now);

  // The MTA reports that nobody answered. Settles a trial that is under way.
  Transitions nominated(const DomainName& name, Now now);
  // The MTA reports a delivery: the best answer there is.
  Transitions delivered(const DomainName& name, Now now);
  // The MTA reports that a living host deferred or refused its mail.
  Transitions replied(const DomainName& name, Now now);
  // Our own probes find it silent: every address a sender would try has reached its fall. `heard`: the newest no-answer.
  Transitions silent(const DomainName& name, SteadyTime heard, std::string why, Now now);
  // Our own probes meet somebody.
  Transitions answers(const DomainName& name, std::string why, Now now);
  // It takes no mail at all: that is for the MTA to find.
  Transitions undeliverable(const DomainName& name, std::string why, Now now);
  // No mail waits that a trial could take: the gate opens, so that the next message is the trial.
  Transitions nothing_waiting(const DomainName& name, Now now);
  // It is watched no more.
  Transitions forgotten(const DomainName& name, Now now);
  // Empty: our vantage is trusted. Else why not: every hold ends, none begins.
  Transitions distrust(std::string why, Now now);
  // What our probes say of this one may be our own fault: it is released, and not held until it is silent() again.
  Transitions doubted(const DomainName& name, std::string why, Now now);
  // Trials and leases whose time has come. Call it at next().
  Transitions turn(Now now);
  // We end: everything is released.
  Transitions stop(Now now);

  // Courses of an earlier run, as they stood at `taken`. After configure().
  Transitions resume(const std::vector<SavedCourse>& saved, Now taken, Now now);
  // What saved() gave outlasts us from now on.
  Transitions kept(const SavedCourse& saved, Now now);
  // Empty when it is on no course.
  std::optional<SavedCourse> saved(const DomainName& name, Now now) const;
  std::vector<DomainName> names() const;
  Unsaved<DomainName>& unsaved() { return unsaved_; }
  const Unsaved<DomainName>& unsaved() const { return unsaved_; }

  std::optional<SteadyTime> next() const;
  GateAnswer answer(const DomainName& name, Now now) const;
  bool on_course(const DomainName& name) const { return courses_.contains(name); }
  std::set<DomainName> held() const;
  std::size_t held_count() const { return held_count_; }
  // How trials ended since the last call.
  std::vector<RetryResult> take_retry_results() { return std::exchange(retry_results_, {}); }

 private:
  enum class Phase : std::uint8_t { kNominated, kHeld, kTrial, kExhausted };

  struct Course {
    Phase phase = Phase::kNominated;
    SteadyTime last_nomination;
    std::size_t step = 0;  // the next one
    SteadyTime step_due;
    SystemTime step_due_system;
    bool silent = false;
    SteadyTime evidence;  // last own no-answer
    std::string why;      // of the evidence
    Now held_since{};
    SteadyTime lease_end;
    SystemTime lease_end_system;
    SteadyTime trial_begun;
    bool awaits_mail = false;    // nothing waited for a trial: open until the next message was tried
    bool trial_open = false;     // a trial whose result was not told yet
    std::uint64_t revision = 0;  // of the evidence: another one each time it falls silent
    bool is_kept = false;        // this evidence is written down
  };

  bool is_held(const Course& course) const { return course.phase == Phase::kHeld || course.phase == Phase::kTrial; }
  void resume_hold(const SavedCourse& saved, Course& course, Now now, Transitions& out);
  void fell_silent(Course& course);
  Transitions not_silent(const DomainName& name, std::string why, bool answered, Now now);
  void consider(const DomainName& name, Course& course, Now now, Transitions& out);
  void hold(const DomainName& name, Course& course, GateMove move, std::string why, Now now, Transitions& out);
  void release(const DomainName& name, Course& course, std::string why, bool answered, Now now, Transitions& out);
  void finish(const DomainName& name, Course& course, std::string why, bool answered, Now now, Transitions& out);
  void release_all(const std::string& why, Now now, Transitions& out);
  void step(const DomainName& name, Course& course, Now now, Transitions& out);
  void settle_trial(Course& course, RetryResult result);
  void set_phase(Course& course, Phase phase);
  void plan(const DomainName& name, const Course& course);
  void drop(const DomainName& name);
  bool lease_over(const Course& course, Now now) const;
  SteadyTime due(const Course& course) const;

  Policy policy_;
  std::unordered_map<DomainName, Course> courses_;
  std::map<DomainName, SteadyTime> due_of_;
  std::set<std::pair<SteadyTime, DomainName>> due_;
  std::size_t held_count_ = 0;
  std::string distrust_;
  std::vector<RetryResult> retry_results_;
  Unsaved<DomainName> unsaved_;
};

}  // namespace mxpulse::gate
