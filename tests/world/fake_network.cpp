#include "world/fake_network.hpp"

#include <cassert>
#include <cerrno>

#include "net/socket_address.hpp"
#include "probe/connect_failure.hpp"
#include "probe/ending.hpp"

namespace mxpulse::test {
namespace {

constexpr int kNoSocket = -1;  // its error queue holds no ICMP message: the errno alone decides

Met converse(const HostBehaviour& host, const Address& address, Limits limits) {
  probe::Greeting greeting;
  const auto spoken = [&] { return greeting.began() ? &greeting : nullptr; };
  Duration at{0};
  const auto silent = [&] { return Met{probe::fell_silent(spoken(), limits.greeting), limits.greeting}; };
  for (const auto& [after, bytes] : host.says) {
    at += after;
    if (at >= limits.greeting) return silent();
    if (greeting.take(bytes) != probe::Greeting::State::kUnfinished) return {probe::greeted(greeting), at};
  }
  switch (host.ends) {
    case HostBehaviour::Ends::kCloses: return {probe::closed(spoken()), at};
    case HostBehaviour::Ends::kResets:
      return {spoken() != nullptr ? probe::closed(spoken()) : probe::failed_on_the_way(kNoSocket, ECONNRESET, address), at};
    case HostBehaviour::Ends::kStays: break;
  }
  return silent();
}

}  // namespace

Met meet(const HostBehaviour& host, const Address& address, Limits limits) {
  using Connects = HostBehaviour::Connects;
  if (host.connects == Connects::kFailsHere) return {probe::failed_here(host.error, "connect"), Duration(0)};
  const bool never = host.connects == Connects::kNever || host.connect_time >= limits.connect;
  if (never) return {probe::never_connected(limits.connect), limits.connect};
  if (host.connects == Connects::kFails) return {probe::failed_on_the_way(kNoSocket, host.error, address), host.connect_time};
  Met met = converse(host, address, limits);
  met.result.connect_time = host.connect_time;
  if (outcome(met.result.cause) == Outcome::kAnswered) met.result.greeting_time = met.after;
  met.after += host.connect_time;
  return met;
}

void FakeNetwork::set_host_for_us(const Address& address, std::optional<HostBehaviour> behaviour) {
  if (behaviour)
    for_us_[address] = std::move(*behaviour);
  else
    for_us_.erase(address);
}

void FakeNetwork::set_our_trouble(std::optional<HostBehaviour> behaviour) {
  if (our_trouble_ && !behaviour) ++troubles_ended_;
  if (!our_trouble_ && behaviour) trouble_since_ = time_.now().steady;
  our_trouble_ = std::move(behaviour);
}

HostBehaviour FakeNetwork::met_by_us(const Address& address) const {
  if (our_trouble_) return *our_trouble_;
  const auto ours = for_us_.find(address);
  return ours == for_us_.end() ? met_by_mta(address) : ours->second;
}

HostBehaviour FakeNetwork::met_by_mta(const Address& address) const {
  const auto found = hosts_.find(address);
  return found == hosts_.end() ? HostBehaviour{} : found->second;
}

void FakeProber::probe(const Address& address) {
  assert(!asked_.contains(address) && "one probe of an address at a time");
  Met met;
  const auto target = net::socket_address(address, options_.port);
  if (const auto denied = options_.policy.denied(target.get())) {
    met.result.cause = Cause::kDeniedAddress;
    met.result.why = *denied;
  } else {
    network_.connected(address);
    met = meet(network_.met_by_us(address), address, {options_.connect_timeout, options_.greeting_timeout});
  }
  auto alarm = network_.time().make([this, address, result = std::move(met.result)] {
    const auto mine = asked_.extract(address);
    listener_.probed(address, result);
  });
  alarm->start_once(met.after);
  asked_.emplace(address, std::move(alarm));
}

}  // namespace mxpulse::test
