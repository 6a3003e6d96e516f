#include "daemon/control_hosts.hpp"

#include <algorithm>

#include "health/destination_health.hpp"
#include "net/address_policy.hpp"

namespace mxpulse::daemon {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLookUpEvery = 1h;
constexpr Duration kLookUpFailed = 1min;  // after the first failure; then twice as late each time, up to the above

Duration pause_after(unsigned failures) {
  return failures == 0 ? kLookUpEvery : std::min<Duration>(kLookUpEvery, kLookUpFailed * (1 << std::min(failures - 1, 10U)));
}

}  // namespace

health::Path path_to(const Address& address) { return {address.family, !net::is_special(address)}; }

ControlHosts::Moved ControlHosts::configure(const std::vector<DomainName>& controls, SteadyTime now) {
  Moved moved;
  std::erase_if(controls_, [&](const auto& one) {
    if (std::find(controls.begin(), controls.end(), one.first) != controls.end()) return false;
    for (const auto& [path, address] : one.second.addresses) moved.gone.push_back(address);
    return true;
  });
  for (const DomainName& name : controls) controls_.try_emplace(name, Control{{}, now, 0});
  return moved;
}

std::vector<DomainName> ControlHosts::take_due(SteadyTime now) {
  std::vector<DomainName> names;
  for (auto& [name, control] : controls_) {
    if (!control.due || *control.due > now) continue;
    control.due.reset();
    names.push_back(name);
  }
  return names;
}

ControlHosts::Moved ControlHosts::looked_up(const DomainName& name, const MxSet& set, SteadyTime now) {
  Moved moved;
  const auto found = controls_.find(name);
  if (found == controls_.end()) return moved;
  Control& control = found->second;
  std::map<health::Path, Address> addresses;
  for (const auto& asked : health::asked_addresses(set)) addresses.try_emplace(path_to(asked.address), asked.address);
  control.failures = addresses.empty() ? control.failures + 1 : 0;
  control.due = now + pause_after(control.failures);
  // A failed lookup says nothing about the hosts known before.
  if (addresses.empty() || addresses == control.addresses) return moved;
  for (const auto& [path, address] : control.addresses) moved.gone.push_back(address);
  for (const auto& [path, address] : addresses) moved.come.push_back(address);
  control.addresses = std::move(addresses);
  return moved;
}

void ControlHosts::look_up_again(SteadyTime now) {
  for (auto& [name, control] : controls_) {
    if (!control.due) control.due = now;
  }
}

std::vector<DomainName> ControlHosts::names() const {
  std::vector<DomainName> names;
  for (const auto& [name, control] : controls_) names.push_back(name);
  return names;
}

std::vector<health::Path> ControlHosts::paths(const DomainName& control) const {
  std::vector<health::Path> paths;
  const auto found = controls_.find(control);
  if (found == controls_.end()) return paths;
  for (const auto& [path, address] : found->second.addresses) paths.push_back(path);
  return paths;
}

std::vector<DomainName> ControlHosts::at(const Address& address) const {
  std::vector<DomainName> names;
  for (const auto& [name, control] : controls_) {
    const auto has = [&](const auto& one) { return one.second == address; };
    if (std::any_of(control.addresses.begin(), control.addresses.end(), has)) names.push_back(name);
  }
  return names;
}

std::vector<Address> ControlHosts::on(health::Path path) const {
  std::vector<Address> addresses;
  for (const auto& [name, control] : controls_) {
    const auto found = control.addresses.find(path);
    if (found != control.addresses.end()) addresses.push_back(found->second);
  }
  return addresses;
}

}  // namespace mxpulse::daemon
