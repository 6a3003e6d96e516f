#include "demo/script.hpp"

namespace mxpulse::demo {

const std::vector<ScriptedHost>& scripted_hosts() {
  static const std::vector<ScriptedHost> hosts{
      {"mx.ready.example", "127.42.0.1", Behaviour::kReady, Behaviour::kSilent, 24, 44},
      {"mx.timeout.example", "127.42.0.2", Behaviour::kReady, Behaviour::kTimeout, 0, 16},
      {"mx.refused.example", "127.42.0.3", Behaviour::kReady, Behaviour::kRefused, 0, 20},
      {"mx.silent.example", "127.42.0.4", Behaviour::kReady, Behaviour::kSilent, 0, 24},
      {"mx.dropped.example", "127.42.0.5", Behaviour::kReady, Behaviour::kDropped, 0, 28},
      {"mx.busy.example", "127.42.0.6", Behaviour::kReady, Behaviour::kBusy, 0, 32},
      {"mx.rejecting.example", "127.42.0.7", Behaviour::kReady, Behaviour::kRejecting, 0, 36},
      {"mx.not-smtp.example", "127.42.0.8", Behaviour::kReady, Behaviour::kNotSmtp, 0, 40},
      {"mx.slow.example", "127.42.0.9", Behaviour::kMultiLine, Behaviour::kMultiLine, 0, 0},
      {"mx1.backup.example", "127.42.0.10", Behaviour::kReady, Behaviour::kRefused, 0, 44},
      {"mx2.backup.example", "127.42.0.11"},
      {"mx.provider.example", "127.42.0.12", Behaviour::kReady, Behaviour::kTimeout, 30, 50},
      {"mx2.provider.example", "127.42.0.14", Behaviour::kReady, Behaviour::kRefused, 30, 50},
      {"mx.servfail.example", "127.42.0.13"},
      {"mx.denied.example", "10.0.0.1"},
      {"mx.control-a.example", "127.42.0.21"},
      {"mx.control-b.example", "127.42.0.22"},
      {"mx.control-c.example", "127.42.0.23"},
  };
  return hosts;
}

const std::vector<ScriptedDestination>& scripted_destinations() {
  static const std::vector<ScriptedDestination> destinations{
      {"ready.example", Record::kMx, {"mx.ready.example"}},
      {"timeout.example", Record::kMx, {"mx.timeout.example"}},
      {"refused.example", Record::kMx, {"mx.refused.example"}},
      {"silent.example", Record::kMx, {"mx.silent.example"}},
      {"dropped.example", Record::kMx, {"mx.dropped.example"}},
      {"busy.example", Record::kMx, {"mx.busy.example"}},
      {"rejecting.example", Record::kMx, {"mx.rejecting.example"}},
      {"not-smtp.example", Record::kMx, {"mx.not-smtp.example"}},
      {"slow.example", Record::kMx, {"mx.slow.example"}},
      {"backup.example", Record::kMx, {"mx1.backup.example", "mx2.backup.example"}},
      {"shared-a.example", Record::kMx, {"mx.provider.example", "mx2.provider.example"}},
      {"shared-b.example", Record::kMx, {"mx.provider.example", "mx2.provider.example"}},
      {"servfail.example", Record::kServerFailure, {"mx.servfail.example"}, 26},
      {"denied.example", Record::kMx, {"mx.denied.example"}},
      {"null-mx.example", Record::kNullMx, {}},
      {"no-such.example", Record::kNoSuchDomain, {}},
      {"no-address.example", Record::kNoAddress, {"gone.no-address.example"}},
  };
  return destinations;
}

const std::vector<ScriptedDestination>& scripted_controls() {
  static const std::vector<ScriptedDestination> controls{
      {"control-a.example", Record::kMx, {"mx.control-a.example"}},
      {"control-b.example", Record::kMx, {"mx.control-b.example"}},
      {"control-c.example", Record::kMx, {"mx.control-c.example"}},
  };
  return controls;
}

bool is_on_loopback(const ScriptedHost& host) { return host.address.starts_with("127."); }

bool is_cut_off(std::chrono::seconds time) { return time % kRound >= kCutOffFrom && time % kRound < kCutOffUntil; }

Behaviour behaviour_at(const ScriptedHost& host, std::chrono::seconds time) {
  if (is_cut_off(time)) return Behaviour::kTimeout;
  const auto second = (time % kRound).count();
  return second >= host.fails_from && second < host.fails_until ? host.failing : host.normal;
}

bool fails_at(const ScriptedDestination& destination, std::chrono::seconds time) {
  return (time % kRound).count() < destination.fails_until;
}

}  // namespace mxpulse::demo
