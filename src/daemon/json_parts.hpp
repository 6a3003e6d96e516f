// What all our JSON answers share.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "mxpulse/time.hpp"

namespace mxpulse::daemon {

// Whole Unix seconds; null without a time.
nlohmann::ordered_json seconds_of(const std::optional<SystemTime>& time);

// In one line. ASCII, so that no byte of a remote host reaches anybody's terminal as it was.
std::string dumped(const nlohmann::ordered_json& json);

}  // namespace mxpulse::daemon
