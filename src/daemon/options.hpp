// What each part takes from the config file.
#pragma once

#include "config/config.hpp"
#include "daemon/event_log.hpp"
#include "daemon/monitor.hpp"
#include "dns/cares_resolver.hpp"
#include "probe/banner_prober.hpp"

namespace mxpulse::daemon {

// `in_flight_limit`: what the descriptor limit allows; the config may ask for less.
MonitorOptions monitor_options(const config::Config& config, std::size_t in_flight_limit);
probe::Options probe_options(const config::Config& config);
GateOptions gate_options(const config::Config& config);
dns::Options dns_options(const config::Config& config);
LogFormat log_format(const config::Config& config);
Level log_level(const config::Config& config);

}  // namespace mxpulse::daemon
