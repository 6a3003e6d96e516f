#include "daemon/gatekeeper.hpp"

#include <algorithm>

namespace mxpulse::daemon {

using gate::Flusher;
using namespace std::chrono_literals;

namespace {

constexpr auto kLookWhileHolding = 10s;
constexpr auto kWriteAgain = 30s;  // a table that could not be written may hold somebody who was released

}  // namespace

Gatekeeper::Gatekeeper(Alarms& alarms, const Clock& clock, gate::Mtas& mtas, Observer& observer)
    : alarms_(alarms),
      clock_(clock),
      observer_(observer),
      gate_(gate::Policy{}),
      mtas_(mtas),
      wake_(alarms.make([this] { apply(gate_.turn(clock_.now())); })),
      write_again_(alarms.make([this] { options_.mode == GateMode::kEnforce ? write_tables() : clear_tables(); })) {}

bool Gatekeeper::configure(GateOptions options) {
  const bool other_mtas = options.mode != options_.mode || !(options.mtas == options_.mtas);
  // Who is left by the new options must not keep what the old ones gave it.
  if (other_mtas && options_.mode == GateMode::kEnforce) clear_tables();
  options_ = std::move(options);
  apply(gate_.configure(options_.policy, clock_.now()));
  if (!other_mtas && !gated_.empty()) return true;
  const bool complete = make_mtas();
  const bool guarded = start_guard();
  if (options_.mode == GateMode::kObserve) clear_tables();
  write_tables();
  return complete && guarded;
}

bool Gatekeeper::make_mtas() {
  gated_.clear();  // the old socketmap leaves its address first
  bool complete = true;
  auto made = mtas_.make(options_.mtas, [&](std::string_view mta, std::string_view why) {
    complete = false;
    observer_.gate_failed(mta, why, clock_.now());
  });
  for (gate::Mta& mta : made) {
    auto flusher = std::make_unique<Flusher>(alarms_, clock_, *mta.queue, [this](const Flusher::Flushed& done) {
      observer_.flushed(done.destination, done.pushed, done.took, done.why, clock_.now());
    });
    gated_.push_back({std::move(mta), std::move(flusher)});
  }
  return complete;
}

void Gatekeeper::nominated(const DomainName& name) {
  const Now now = clock_.now();
  observer_.attempt_was_vain(gate_.answer(name, now).state());
  apply(gate_.nominated(name, now));
  for (const auto& [mta, flusher] : gated_) flusher->not_answered(name);
}

void Gatekeeper::delivered(const DomainName& name, const std::string& queue_id) {
  apply(gate_.delivered(name, clock_.now()));
  for (const auto& [mta, flusher] : gated_) flusher->answered(name, queue_id);
}

void Gatekeeper::replied(const DomainName& name, const std::string& queue_id) {
  apply(gate_.replied(name, clock_.now()));
  for (const auto& [mta, flusher] : gated_) flusher->answered(name, queue_id);
}

void Gatekeeper::stop() {
  wake_->stop();
  const Now now = clock_.now();
  for (const auto& one : gate_.stop(now)) observer_.gate_moved(one, options_.mode, now);
  if (options_.mode == GateMode::kEnforce) clear_tables();
  write_again_->stop();
}

void Gatekeeper::gather(Batch& batch) {
  const Now now = clock_.now();
  auto names = gate_.unsaved().take();
  if (batch.everything) names = gate_.names();
  for (const DomainName& name : names) {
    if (auto saved = gate_.saved(name, now))
      batch.changed.courses.push_back(std::move(*saved));
    else
      batch.courses_gone.push_back(name);
  }
}

void Gatekeeper::not_written(const Batch& batch) {
  for (const SavedCourse& one : batch.changed.courses) gate_.unsaved().mark(one.destination);
  for (const DomainName& name : batch.courses_gone) gate_.unsaved().mark(name);
}

// What a hold rests on is safe now: it may begin.
void Gatekeeper::written(const Batch& batch) {
  for (const SavedCourse& one : batch.changed.courses) {
    const auto transitions = gate_.kept(one, clock_.now());
    if (!transitions.empty()) apply(transitions);
  }
}

void Gatekeeper::clear_tables() {
  for (const auto& [mta, flusher] : gated_) {
    for (const auto& table : mta.tables) {
      if (!table->holds_somebody()) continue;
      const auto cleared = table->clear_now();
      if (cleared) continue;
      observer_.gate_failed(mta.name, cleared.why(), clock_.now());
      write_again_->start_once(kWriteAgain);
    }
  }
}

bool Gatekeeper::start_guard() {
  guard_.reset();
  if (options_.mode == GateMode::kObserve || options_.mtas.files.none()) return true;
  auto started = mtas_.guard(options_.mtas.files);
  if (started) guard_ = std::move(*started);
  if (!started) observer_.gate_failed("guard", started.why(), clock_.now());
  return bool(started);
}

void Gatekeeper::apply(const gate::Gate::Transitions& transitions) {
  const Now now = clock_.now();
  for (const RetryResult result : gate_.take_retry_results()) observer_.retried(result);
  for (const auto& one : transitions) observer_.gate_moved(one, options_.mode, now);
  if (!transitions.empty() && options_.mode == GateMode::kEnforce) {
    write_tables();
    for (const auto& one : transitions) act(one);
  }
  if (const auto next = gate_.next()) wake_->start_once(std::clamp<Duration>(*next - now.steady, Duration(0), longest_sleep()));
}

// A sleep of the machine stops alarms and not leases, and the wall clock may be set: who holds looks often.
Duration Gatekeeper::longest_sleep() const { return gate_.held_count() > 0 ? Duration(kLookWhileHolding) : Duration::max(); }

void Gatekeeper::act(const GateTransition& transition) {
  if (transition.to == GateMove::kTrial) return try_one(transition.destination);
  for (const auto& [mta, flusher] : gated_) {
    if (transition.to == GateMove::kHeld)
      flusher->stop(transition.destination);
    else
      flusher->begin(transition.destination);
  }
}

// Where no MTA has a message of it, the next one that comes shall be the trial.
void Gatekeeper::try_one(const DomainName& name) {
  auto asked = std::make_shared<std::size_t>(gated_.size());
  auto found_any = std::make_shared<bool>(false);
  for (const auto& [mta, flusher] : gated_) {
    flusher->try_one(name, [this, name, asked, found_any](bool found) {
      *found_any = *found_any || found;
      if (--*asked == 0 && !*found_any) apply(gate_.nothing_waiting(name, clock_.now()));
    });
  }
}

void Gatekeeper::write_tables() {
  if (options_.mode != GateMode::kEnforce) return;
  const auto held = gate_.held();
  for (const auto& [mta, flusher] : gated_) {
    flusher->set_held(held);
    for (const auto& table : mta.tables) {
      table->write(held, [this, name = mta.name](const Result<bool>& written) {
        if (written) return;
        observer_.gate_failed(name, written.why(), clock_.now());
        write_again_->start_once(kWriteAgain);
      });
    }
  }
}

}  // namespace mxpulse::daemon
