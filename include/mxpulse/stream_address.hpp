// Where local programs reach us: an address with a port, or a Unix socket.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "mxpulse/endpoint.hpp"
#include "mxpulse/result.hpp"

namespace mxpulse {

// A Unix socket is a file by its full path; who may open its folder may ask.
using StreamAddress = std::variant<Endpoint, std::string>;

// Reads "127.0.0.1:9426", "[::1]:9426", "unix:/run/mxpulse/gate.sock".
Result<StreamAddress> parse_stream_address(std::string_view text);

std::string text(const StreamAddress& address);

}  // namespace mxpulse
