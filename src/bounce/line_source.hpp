// The lines of a file, plain or gzip, in constant memory.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "mxpulse/result.hpp"

namespace mxpulse::bounce {

// `path` "-" is standard input. Lines come without their end ("\r\n" too); what is longer than kLineMax is cut there.
// Takes until the end, or until `take` says false. Fails when the file cannot be opened or is damaged.
Result<bool> read_lines(const std::string& path, const std::function<bool(std::string_view line)>& take);

}  // namespace mxpulse::bounce
