// The door to DNS.
#pragma once

#include <functional>
#include <memory>

#include "mxpulse/domain_name.hpp"
#include "mxpulse/mx_set.hpp"

namespace mxpulse {

class Resolver {
 public:
  using Done = std::function<void(std::shared_ptr<const MxSet>)>;

  virtual ~Resolver() = default;

  // Looks up the MX set of `destination` and calls `done` exactly once, later, on the loop's thread, never inside this
  // call. Destroying the resolver cancels what is in flight: `done` is then not called.
  virtual void resolve(const DomainName& destination, Done done) = 0;
};

}  // namespace mxpulse
