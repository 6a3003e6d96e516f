// The door to the mail hosts.
#pragma once

#include <cstddef>

#include "mxpulse/address.hpp"
#include "mxpulse/probe_result.hpp"

namespace mxpulse {

class ProbeListener {
 public:
  virtual ~ProbeListener() = default;
  virtual void probed(const Address& address, const ProbeResult& result) = 0;
};

class Prober {
 public:
  virtual ~Prober() = default;

  // Asks `address` once and tells the listener exactly once, later, on the loop's thread, never inside this call.
  // One probe of an address at a time: asking again before it was told is a broken promise of the caller.
  virtual void probe(const Address& address) = 0;

  // Probes begun and not yet told or still saying goodbye: each holds a descriptor.
  virtual std::size_t in_flight() const = 0;
};

}  // namespace mxpulse
