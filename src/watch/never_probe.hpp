// Who asked not to be probed: domains, whatever of them is named: the destination, its mail hosts, their provider.
#pragma once

#include <memory>
#include <unordered_set>
#include <vector>

#include "mxpulse/domain_name.hpp"
#include "mxpulse/mx_set.hpp"

namespace mxpulse::watch {

class NeverProbe {
 public:
  NeverProbe() = default;
  explicit NeverProbe(const std::vector<DomainName>& names) : names_(names.begin(), names.end()) {}

  // Whether the name or one above it is listed.
  bool lists(const DomainName& name) const;

  // The destination's MX set without addresses that are listed: by its own name, or by each host's. When none is left, the
  // set says why.
  std::shared_ptr<const MxSet> spare(const DomainName& destination, std::shared_ptr<const MxSet> set) const;

 private:
  std::unordered_set<DomainName> names_;
};

}  // namespace mxpulse::watch
