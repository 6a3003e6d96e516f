// Acts on what the gate decides: tells the observers, gives the MTAs their holds, lets one message try, flushes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/kept.hpp"
#include "gate/flusher.hpp"
#include "gate/gate.hpp"
#include "gate/mtas.hpp"
#include "mxpulse/alarm.hpp"
#include "mxpulse/observer.hpp"

namespace mxpulse::daemon {

struct GateOptions {
  GateMode mode = GateMode::kObserve;
  gate::Policy policy;
  gate::MtaOptions mtas;
};

// In observe mode the same is computed and told, and no MTA is touched. Lives on the loop's thread.
class Gatekeeper final : public Kept {
 public:
  Gatekeeper(Alarms& alarms, const Clock& clock, gate::Mtas& mtas, Observer& observer);

  // A hold table that a dead process left is emptied, in either mode: nobody would ever release it.
  // False when the socketmap cannot be served or the guard not be started; the observer is told why.
  bool configure(GateOptions options);

  void nominated(const DomainName& name);
  void delivered(const DomainName& name, const std::string& queue_id);
  void replied(const DomainName& name, const std::string& queue_id);
  void silent(const DomainName& name, SteadyTime heard, std::string why) {
    apply(gate_.silent(name, heard, std::move(why), clock_.now()));
  }
  void answers(const DomainName& name, std::string why) { apply(gate_.answers(name, std::move(why), clock_.now())); }
  void undeliverable(const DomainName& name, std::string why) { apply(gate_.undeliverable(name, std::move(why), clock_.now())); }
  void forgotten(const DomainName& name) { apply(gate_.forgotten(name, clock_.now())); }
  void doubted(const DomainName& name, std::string why) { apply(gate_.doubted(name, std::move(why), clock_.now())); }
  void distrust(std::string why) { apply(gate_.distrust(std::move(why), clock_.now())); }
  bool on_course(const DomainName& name) const { return gate_.on_course(name); }

  // Everything is released, and every table emptied before this returns.
  void stop();

  // Courses of an earlier run; after configure(). Whoever is watched no more is to be forgotten() then.
  void resume(const Saved& saved) { apply(gate_.resume(saved.courses, saved.taken, clock_.now())); }
  std::vector<DomainName> on_course() const { return gate_.names(); }
  void begin_keeping() override { gate_.unsaved().want(); }
  bool lost_count() const override { return gate_.unsaved().too_many(); }
  void gather(Batch& batch) override;
  void not_written(const Batch& batch) override;
  void written(const Batch& batch) override;

  GateMode mode() const { return options_.mode; }
  std::size_t held_count() const { return gate_.held_count(); }
  GateAnswer answer(const DomainName& name) const { return gate_.answer(name, clock_.now()); }

 private:
  // An MTA, and who empties its queue of what was released.
  struct Gated {
    gate::Mta mta;
    std::unique_ptr<gate::Flusher> flusher;
  };

  void apply(const gate::Gate::Transitions& transitions);
  void act(const GateTransition& transition);
  void try_one(const DomainName& name);
  void write_tables();
  void clear_tables();
  Duration longest_sleep() const;
  bool start_guard();
  bool make_mtas();

  Alarms& alarms_;
  const Clock& clock_;
  Observer& observer_;
  GateOptions options_;
  gate::Gate gate_;
  gate::Mtas& mtas_;
  std::vector<Gated> gated_;
  gate::Mtas::Guard guard_;  // in enforce mode
  std::unique_ptr<Alarm> wake_;
  std::unique_ptr<Alarm> write_again_;
};

}  // namespace mxpulse::daemon
