// Log lines that a container runtime or journalctl(1) wrote as JSON.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bounce/log_parser.hpp"

namespace mxpulse::bounce {

// The line within {"log":"...","stream":"stdout","time":"..."} (Docker's json-file driver) or {"MESSAGE":"...",...}
// (journalctl -o json), which becomes "2026-11-24T07:00:00Z host tag[pid]: message". Nothing for any other line. Pure.
std::optional<std::string> line_in_json(std::string_view line);

// Reads such lines as what they hold, all others as they are.
std::unique_ptr<LogParser> with_json_lines(std::unique_ptr<LogParser> parser);

}  // namespace mxpulse::bounce
