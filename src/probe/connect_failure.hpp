// Why a connection did not come to stand: told apart by who said so.
#pragma once

#include <optional>

#include "mxpulse/address.hpp"
#include "mxpulse/cause.hpp"
#include "mxpulse/probe_result.hpp"

namespace mxpulse::probe {

// socket(2), bind(2) or connect(2) failed at once: this machine could not ask, save for a refusal by itself.
ProbeResult failed_here(int error, const char* call);

// The attempt failed later with `error` (an errno). The ICMP message that caused it is read from the socket's error
// queue (IP_RECVERR, ip(7)); without one the errno alone decides.
ProbeResult failed_on_the_way(int fd, int error, const Address& target);

// What an ICMP message in the error queue says of an attempt that the kernel has not given up. On loopback the message
// arrives inside connect(2), and the kernel then only notes it (sk_err_soft).
std::optional<ProbeResult> failed_by_icmp(int fd, const Address& target);

}  // namespace mxpulse::probe
