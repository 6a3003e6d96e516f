// Bodies made small for clients that can read them so.
#pragma once

#include <string>
#include <string_view>

namespace mxpulse::http {

// By the client's Accept-Encoding (RFC 9110, section 12.5.3).
bool accepts_gzip(std::string_view accept_encoding);

// At zlib's quickest level: a tenth of a metrics page's size for a few milliseconds. Empty when zlib cannot.
std::string gzip(std::string_view body);

}  // namespace mxpulse::http
