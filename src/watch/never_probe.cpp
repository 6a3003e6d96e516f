#include "watch/never_probe.hpp"

#include <algorithm>

namespace mxpulse::watch {

bool NeverProbe::lists(const DomainName& name) const {
  if (names_.empty() || name.empty()) return false;
  if (names_.contains(name)) return true;
  const auto dot = name.text().find('.');
  if (dot == std::string::npos) return false;
  const auto above = DomainName::parse(name.text().substr(dot + 1));
  return above && lists(*above);
}

std::shared_ptr<const MxSet> NeverProbe::spare(const DomainName& destination, std::shared_ptr<const MxSet> set) const {
  const bool whole = lists(destination);
  const auto listed = [&](const MxHost& host) { return whole || lists(host.name); };
  if (set->failure || std::none_of(set->hosts.begin(), set->hosts.end(), listed)) return set;
  auto spared = std::make_shared<MxSet>(*set);
  bool some_left = false;
  for (MxHost& host : spared->hosts) {
    if (listed(host)) host.addresses.clear();
    some_left = some_left || !host.addresses.empty();
  }
  if (!some_left) {
    spared->failure = Cause::kDeniedAddress;
    spared->why = SharedText("is on the never-probe list (watch.never_probe)");
  }
  return spared;
}

}  // namespace mxpulse::watch
