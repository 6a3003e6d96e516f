// What the gate says of a destination, for GET /api/v1/gate/DOMAIN.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "mxpulse/hold.hpp"

namespace mxpulse::daemon {

// One JSON object: schema_version, destination, mode, decision ("deliver", "hold" or "trial": one message may be tried),
// would (what enforce mode would decide), until and next_retry (seconds since 1970, or null), exhausted, why.
// In observe mode the decision is always "deliver".
std::string gate_json(const DomainName& name, const GateAnswer& answer, GateMode mode);

// The same from "mode" on, to be part of a larger object.
nlohmann::ordered_json gate_object(const GateAnswer& answer, GateMode mode);

}  // namespace mxpulse::daemon
