#include "daemon/gatekeeper.hpp"

#include <algorithm>

#include "gate/postfix_queue.hpp"
#include "gate/socketmap.hpp"

namespace mxpulse::daemon {

using gate::Flusher;

struct Gatekeeper::Mta {
  std::string name;
  std::vector<std::unique_ptr<gate::HoldTable>> tables;
  std::unique_ptr<gate::MailQueue> queue;
  std::unique_ptr<Flusher> flusher;
};

Gatekeeper::Gatekeeper(net::Loop& loop, const Clock& clock, Observer& observer)
    : loop_(loop), clock_(clock), observer_(observer), gate_(gate::Policy{}), wake_(loop, [this] {
        apply(gate_.turn(clock_.now()));
      }) {}

Gatekeeper::~Gatekeeper() = default;

bool Gatekeeper::configure(GateOptions options) {
  const bool other_mtas = options.mode != options_.mode || !(options.files == options_.files);
  // Who is left by the new options must not keep what the old ones gave it.
  if (other_mtas && options_.mode == GateMode::kEnforce) clear_tables();
  options_ = std::move(options);
  apply(gate_.configure(options_.policy, clock_.now()));
  if (!other_mtas && !mtas_.empty()) return true;
  const bool complete = make_mtas();
  const bool guarded = start_guard();
  if (options_.mode == GateMode::kObserve) clear_tables();
  write_tables();
  return complete && guarded;
}

bool Gatekeeper::make_mtas() {
  mtas_.clear();  // the old socketmap leaves its address first
  bool complete = true;
  const auto& [postfix, exim] = options_.files;
  if (!postfix.table.empty() || options_.socketmap) {
    Mta& mta = add_mta("postfix", std::make_unique<gate::PostfixQueue>(loop_, postfix.config_directory));
    if (!postfix.table.empty()) mta.tables.push_back(std::make_unique<gate::PostfixTable>(loop_, postfix));
    if (options_.socketmap) {
      auto served = gate::Socketmap::serve(loop_, *options_.socketmap, postfix.transport);
      complete = bool(served);
      if (served)
        mta.tables.push_back(std::move(*served));
      else
        observer_.gate_failed("postfix", served.why(), clock_.now());
    }
  }
  if (!exim.hold_file.empty()) {
    Mta& mta = add_mta("exim", std::make_unique<gate::EximQueue>(loop_, exim.program));
    mta.tables.push_back(std::make_unique<gate::EximHoldFile>(loop_, exim.hold_file));
  }
  return complete;
}

Gatekeeper::Mta& Gatekeeper::add_mta(std::string name, std::unique_ptr<gate::MailQueue> queue) {
  auto mta = std::make_unique<Mta>(Mta{std::move(name), {}, std::move(queue), nullptr});
  mta->flusher = std::make_unique<Flusher>(loop_, clock_, *mta->queue, [this](const Flusher::Flushed& done) {
    observer_.flushed(done.destination, done.pushed, done.took, done.why, clock_.now());
  });
  mtas_.push_back(std::move(mta));
  return *mtas_.back();
}

void Gatekeeper::observed(const DomainName& name, bool silent, std::string why) {
  apply(gate_.observed(name, silent, std::move(why), clock_.now()));
}

void Gatekeeper::stop() {
  wake_.stop();
  const Now now = clock_.now();
  for (const auto& one : gate_.stop(now)) observer_.gate_moved(one, options_.mode, now);
  if (options_.mode == GateMode::kEnforce) clear_tables();
}

void Gatekeeper::clear_tables() {
  for (const auto& mta : mtas_) {
    for (const auto& table : mta->tables) {
      if (!table->holds_somebody()) continue;
      const auto cleared = table->clear_now();
      if (!cleared) observer_.gate_failed(mta->name, cleared.why(), clock_.now());
    }
  }
}

bool Gatekeeper::start_guard() {
  guard_.reset();
  if (options_.mode == GateMode::kObserve || options_.files.none()) return true;
  auto started = gate::HoldGuard::start(options_.files);
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
  if (const auto next = gate_.next()) wake_.start_once(std::max<Duration>(*next - now.steady, Duration(0)));
}

void Gatekeeper::act(const GateTransition& transition) {
  if (transition.to == GateMove::kTrial) return try_one(transition.destination);
  for (const auto& mta : mtas_) {
    if (transition.to == GateMove::kHeld)
      mta->flusher->stop(transition.destination);
    else
      mta->flusher->begin(transition.destination);
  }
}

// Where no MTA has a message of it, the next one that comes shall be the trial.
void Gatekeeper::try_one(const DomainName& name) {
  auto asked = std::make_shared<std::size_t>(mtas_.size());
  auto found_any = std::make_shared<bool>(false);
  for (const auto& mta : mtas_) {
    mta->flusher->try_one(name, [this, name, asked, found_any](bool found) {
      *found_any = *found_any || found;
      if (--*asked == 0 && !*found_any) apply(gate_.nothing_waiting(name, clock_.now()));
    });
  }
}

void Gatekeeper::write_tables() {
  if (options_.mode != GateMode::kEnforce) return;
  const auto held = gate_.held();
  for (const auto& mta : mtas_) {
    mta->flusher->set_held(held);
    for (const auto& table : mta->tables) {
      table->write(held, [this, name = mta->name](const Result<bool>& written) {
        if (!written) observer_.gate_failed(name, written.why(), clock_.now());
      });
    }
  }
}

}  // namespace mxpulse::daemon
