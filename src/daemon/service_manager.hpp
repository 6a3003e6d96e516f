// Tells the service manager how we are (sd_notify(3)). Without one, nothing happens.
#pragma once

#include <optional>
#include <string>

#include "mxpulse/time.hpp"

namespace mxpulse::daemon {

// How often the manager wants to hear from us, if it does (sd_watchdog_enabled(3)); say so twice as often.
std::optional<Duration> watchdog_interval();

void tell_ready(const std::string& status);
void tell_reloading();
void tell_stopping();
void tell_alive();

}  // namespace mxpulse::daemon
