// Proves to a webhook's receiver that we wrote what it reads, and when.
#pragma once

#include <string>
#include <string_view>

#include "mxpulse/time.hpp"

namespace mxpulse::gate {

// "t=1790000000,v1=HEX": HEX is HMAC-SHA256 over "1790000000." and the body, with the secret as its key (RFC 2104). The time
// is in it so that a message that was listened to cannot be told again later.
std::string signature(std::string_view secret, SystemTime time, std::string_view body);

}  // namespace mxpulse::gate
