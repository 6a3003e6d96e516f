// What a client says that it takes (RFC 9110, 12.5).
#pragma once

#include <string_view>

namespace mxpulse::http {

bool accepts_gzip(std::string_view accept_encoding);

// Whether it asks for OpenMetrics 1.0.0, and for nothing else of ours more.
bool prefers_open_metrics(std::string_view accept);

}  // namespace mxpulse::http
