// Those who want to know what happens, as it happens: the counters, the event log.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mxpulse/address.hpp"
#include "mxpulse/bounce_event.hpp"
#include "mxpulse/domain_name.hpp"
#include "mxpulse/hold.hpp"
#include "mxpulse/mx_set.hpp"
#include "mxpulse/probe_result.hpp"
#include "mxpulse/time.hpp"
#include "mxpulse/verdict.hpp"
#include "mxpulse/webhook.hpp"

namespace mxpulse {

// Called on the loop's thread. Each does nothing by default, so that an observer names only what it cares for.
class Observer {
 public:
  virtual ~Observer() = default;

  virtual void probed(const Address& /*address*/, const ProbeResult& /*result*/, Now /*now*/) {}
  // How late a due probe was begun; never negative.
  virtual void probe_lagged(Duration /*lag*/) {}
  virtual void verdict_changed(const DomainName& /*destination*/, Verdict /*from*/, Verdict /*to*/, std::string_view /*why*/,
                               Now /*now*/) {}
  virtual void host_changed(const Address& /*address*/, bool /*answering*/, unsigned /*streak*/, const ProbeResult& /*result*/,
                            Now /*now*/) {}
  virtual void bounced(const BounceEvent& /*event*/, Now /*now*/) {}
  virtual void destination_joined(const DomainName& /*destination*/, std::size_t /*bounces*/, Now /*now*/) {}
  virtual void destination_left(const DomainName& /*destination*/, Now /*now*/) {}
  virtual void feed_read(const std::string& /*feed*/, std::size_t /*lines*/, Now /*now*/) {}
  virtual void feed_failed(const std::string& /*feed*/, std::string_view /*why*/, Now /*now*/) {}
  // In observe mode too: what would be done.
  virtual void gate_moved(const GateTransition& /*transition*/, GateMode /*mode*/, Now /*now*/) {}
  virtual void retried(RetryResult /*result*/) {}
  // The MTA tried a watched destination, and nobody answered.
  virtual void attempt_was_vain(GateState /*gate*/) {}
  // The MTA's queue was emptied of a released destination's mail, or why not.
  virtual void flushed(const DomainName& /*destination*/, std::size_t /*pushed*/, Duration /*took*/, std::string_view /*why*/,
                       Now /*now*/) {}
  // Holds could not be given to the MTA: it delivers.
  virtual void gate_failed(std::string_view /*mta*/, std::string_view /*why*/, Now /*now*/) {}
  // Our own connection is in doubt, and nothing is held; or it is in doubt no more.
  virtual void vantage_changed(bool /*impaired*/, std::string_view /*why*/, Now /*now*/) {}
  // A receiver was told of a move, or was not. `receiver` is a scheme and a host.
  virtual void webhook_ended(const std::string& /*receiver*/, WebhookResult /*result*/, std::string_view /*why*/, Now /*now*/) {}
  // A write to the store failed, or went well with something to say, or went well after one that did not.
  virtual void store_wrote(bool /*taken*/, std::string_view /*why*/, Now /*now*/) {}
  // The machine slept, or its clock was set: what that did to us.
  virtual void clock_jumped(std::string_view /*why*/, Now /*now*/) {}
  virtual void reloaded(bool /*successful*/, std::string_view /*why*/, Now /*now*/) {}
};

}  // namespace mxpulse
