#include "daemon/doubts.hpp"

#include <algorithm>

namespace mxpulse::daemon {
namespace {

std::size_t index(health::Path path) {
  return static_cast<std::size_t>(std::find(health::kPaths.begin(), health::kPaths.end(), path) - health::kPaths.begin());
}

}  // namespace

void Doubts::configure(health::VantageOptions options) {
  options_ = options;
  vantage_.configure(options);
}

void Doubts::heard(const Address& address, const Subject& subject, const ProbeResult& result, SteadyTime now) {
  vantage_.heard(address, path_to(address), subject.provider, subject.destinations, result, now);
}

void Doubts::hold_back(const Address& address, const ProbeResult& result, Now now) {
  held_back_.insert_or_assign(address, HeldBack{now, result});
  waiting_[index(path_to(address))].emplace_back(now.steady, address);
}

void Doubts::forget(const Address& address) {
  held_back_.erase(address);
  vantage_.forget(address, path_to(address));
}

// One name that fails may be the name's fault, and one socket that lacks a passing shortage; two in a row, with nothing between
// that is answered, are not.
void Doubts::looked_up(const DomainName& name, std::optional<Cause> failed) {
  if (!failed) {
    last_failed_lookup_.reset();
    vantage_.resolver_said("");
  } else if (last_failed_lookup_ && failed == Cause::kLocalError) {
    vantage_.resolver_said("this machine has no socket to ask our DNS servers by");
  } else if (last_failed_lookup_ && *last_failed_lookup_ != name) {
    vantage_.resolver_said("none of our DNS servers answers");
  } else {
    last_failed_lookup_ = name;
  }
}

Doubts::Shift Doubts::look(SteadyTime now) {
  Shift shift;
  shift.change = vantage_.turn(now);
  const Trust before = std::exchange(trusted_, trust(now));
  for (std::size_t path = 0; path < trusted_.size(); ++path) shift.lost_trust = shift.lost_trust || (before[path] && !trusted_[path]);
  return shift;
}

Doubts::Trust Doubts::trust(SteadyTime now) const {
  Trust trust;
  std::ranges::transform(health::kPaths, trust.begin(), [&](health::Path path) { return vantage_.trusts(path, now); });
  return trust;
}

std::vector<Doubts::Judged> Doubts::settled(SteadyTime now) {
  std::vector<Judged> all;
  for (const health::Path path : health::kPaths) {
    auto& waiting = waiting_[index(path)];
    while (!waiting.empty()) {
      const auto [ended, address] = waiting.front();
      const auto found = held_back_.find(address);
      const bool stands = found != held_back_.end() && found->second.ended.steady == ended;
      const auto judgement = stands ? vantage_.judge(address, path, ended, now) : health::Judgement::kDoubtful;
      if (stands && judgement == health::Judgement::kDoubtful) break;
      waiting.pop_front();
      if (!stands) continue;
      auto& [at, result] = found->second;
      all.push_back({address, judgement == health::Judgement::kCounts ? std::move(result) : as_ours(result, path), at});
      held_back_.erase(found);
    }
  }
  return all;
}

ProbeResult Doubts::as_ours(const ProbeResult& result, health::Path path) const {
  const std::string& why = vantage_.why(path);
  ProbeResult ours;
  ours.cause = Cause::kVantageImpaired;
  ours.why = "not counted, for " + (why.empty() ? "nobody vouches for our own connection yet" : why) + "; " + result.why;
  return ours;
}

std::optional<SteadyTime> Doubts::next() const {
  std::optional<SteadyTime> next;
  for (const health::Path path : health::kPaths) {
    const auto& waiting = waiting_[index(path)];
    if (waiting.empty()) continue;
    const SteadyTime at = waiting.front().first + (vantage_.has_controls(path) ? options_.patience : options_.wait);
    next = next ? std::min(*next, at) : at;
  }
  return next;
}

bool Doubts::wants_controls(health::Path path) const { return vantage_.has_controls(path) && !waiting_[index(path)].empty(); }

VantageView Doubts::view() const {
  VantageView view;
  view.impaired = vantage_.is_impaired();
  view.why = vantage_.why();
  view.ipv4_impaired = vantage_.family_is_impaired(Family::kIPv4);
  view.ipv6_impaired = vantage_.family_is_impaired(Family::kIPv6);
  view.controls = vantage_.controls();
  view.controls_answering = vantage_.controls_answering();
  return view;
}

}  // namespace mxpulse::daemon
