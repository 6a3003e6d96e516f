#include "demo/delivery_event.hpp"

#include <algorithm>
#include <vector>

namespace mxpulse::demo {
namespace {

// In the words of the "class" and "cause" keys.
struct Attempt {
  std::string host;
  std::string result;
  std::string cause;
};

const ScriptedHost& host_named(const std::string& name) {
  const auto& hosts = scripted_hosts();
  return *std::find_if(hosts.begin(), hosts.end(), [&](const ScriptedHost& one) { return one.name == name; });
}

Attempt attempt_at(const ScriptedHost& host, std::chrono::seconds time) {
  if (!is_on_loopback(host)) return {host.name, "no_answer", "timeout"};
  switch (behaviour_at(host, time)) {
    case Behaviour::kTimeout: return {host.name, "no_answer", "timeout"};
    case Behaviour::kRefused: return {host.name, "no_answer", "refused"};
    case Behaviour::kSilent: return {host.name, "no_answer", "silent"};
    case Behaviour::kDropped: return {host.name, "no_answer", "dropped"};
    case Behaviour::kBusy: return {host.name, "busy", "busy"};
    case Behaviour::kRejecting: return {host.name, "rejected", "rejecting"};
    case Behaviour::kNotSmtp: return {host.name, "other", ""};
    case Behaviour::kReady:
    case Behaviour::kMultiLine: break;
  }
  return {host.name, "delivered", ""};
}

// What a sender ends up with: the first host that takes the message, or else the last that it tried.
Attempt attempt_at_hosts(const std::vector<std::string>& names, std::chrono::seconds time) {
  Attempt last;
  for (const std::string& name : names) {
    last = attempt_at(host_named(name), time);
    if (last.result == "delivered") break;
  }
  return last;
}

Attempt attempt_of(const ScriptedDestination& destination, std::chrono::seconds time) {
  switch (destination.record) {
    case Record::kNullMx: return {"", "dns_permanent", "null_mx"};
    case Record::kNoSuchDomain: return {"", "dns_permanent", "no_such_domain"};
    case Record::kNoAddress: return {"", "dns_permanent", "no_address"};
    case Record::kServerFailure:
      if (fails_at(destination, time)) return {"", "dns_temporary", "dns_temporary"};
      break;
    case Record::kMx: break;
  }
  return attempt_at_hosts(destination.hosts, time);
}

}  // namespace

std::string delivery_event(const ScriptedDestination& destination, std::chrono::seconds time, unsigned message, SystemTime now) {
  const Attempt attempt = attempt_of(destination, time);
  std::string event = R"({"time":)" + std::to_string(to_unix_seconds(now)) + R"(,"queue_id":"demo-)" + std::to_string(message) +
                      R"(","destination":")" + destination.name + R"(","class":")" + attempt.result + '"';
  if (!attempt.host.empty()) event += R"(,"host":")" + attempt.host + '"';
  if (!attempt.cause.empty()) event += R"(,"cause":")" + attempt.cause + '"';
  return event + '}';
}

}  // namespace mxpulse::demo
