// Asks the running daemon over HTTP.
#pragma once

#include <string>

#include "mxpulse/result.hpp"

namespace mxpulse::cli {

inline constexpr const char* kDaemonUrl = "http://127.0.0.1:9425";

// The body of GET `daemon` + `path`, at most 16 MB within 10 s. A failure says what to do; so does any status but 200.
Result<std::string> ask_daemon(const std::string& daemon, const std::string& path);

}  // namespace mxpulse::cli
