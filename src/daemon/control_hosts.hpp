// Where the controls are: hosts of large, unrelated providers that are asked when a silence may be ours.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "health/vantage.hpp"
#include "mxpulse/mx_set.hpp"

namespace mxpulse::daemon {

// One address a control and path: the first a sender would try.
class ControlHosts {
 public:
  struct Moved {
    std::vector<Address> come;
    std::vector<Address> gone;
  };

  Moved configure(const std::vector<DomainName>& controls, SteadyTime now);

  // Those whose addresses must be looked up now; each once until looked_up() or look_up_again(). A failed lookup is
  // repeated ever later, so that a network without these names is not asked for them all the time.
  std::vector<DomainName> take_due(SteadyTime now);
  Moved looked_up(const DomainName& control, const MxSet& set, SteadyTime now);
  // What was asked went with its resolver.
  void look_up_again(SteadyTime now);

  std::vector<DomainName> names() const;
  std::vector<health::Path> paths(const DomainName& control) const;
  std::vector<DomainName> at(const Address& address) const;
  std::vector<Address> on(health::Path path) const;

 private:
  struct Control {
    std::map<health::Path, Address> addresses;
    std::optional<SteadyTime> due;  // empty: being looked up
    unsigned failures = 0;          // lookups in a row without an address
  };

  std::map<DomainName, Control> controls_;
};

// The path an address is reached on.
health::Path path_to(const Address& address);

}  // namespace mxpulse::daemon
