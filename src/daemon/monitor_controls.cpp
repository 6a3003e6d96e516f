// How the monitor asks its controls, while it may be us.
#include "daemon/monitor.hpp"

namespace mxpulse::daemon {

void Monitor::look_up_controls(SteadyTime now) {
  for (const DomainName& control : controls_.take_due(now)) {
    resolver_->resolve(control, [this, control](const std::shared_ptr<const MxSet>& set) {
      const SteadyTime then = clock_.now().steady;
      move_controls(controls_.looked_up(control, *set, then), then);
      doubts_.set_control(control, controls_.paths(control));
      turn();
    });
  }
}

// They come due as everybody does, and so keep within what one address is asked.
void Monitor::move_controls(const ControlHosts::Moved& moved, SteadyTime now) {
  for (const Address& address : moved.come) schedule_.add(address, now);
  for (const Address& address : moved.gone) {
    if (schedule_.remove(address, now) && !users_.contains(address)) doubts_.forget(address);
  }
}

void Monitor::control_probed(const Address& address, const ProbeResult& result, SteadyTime now) {
  const auto names = controls_.at(address);
  for (const DomainName& name : names) doubts_.control_said(name, address, outcome(result.cause));
  if (names.empty() || users_.contains(address)) return;
  schedule_.settle(address, outcome(result.cause) == Outcome::kAnswered ? schedule::Pace::kControl : schedule::Pace::kUndecided,
                   now);
}

void Monitor::ask_controls_in_doubt(SteadyTime now) {
  for (const health::Path path : health::kPaths) {
    if (!doubts_.wants_controls(path)) continue;
    for (const Address& address : controls_.on(path)) schedule_.hurry(address, now);
  }
}

}  // namespace mxpulse::daemon
