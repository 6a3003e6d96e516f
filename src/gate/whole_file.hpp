// Writes a file so that a reader finds it whole.
#pragma once

#include <string>
#include <string_view>

#include "mxpulse/result.hpp"

namespace mxpulse::gate {

// Writes and flushes `text` to `path` itself, readable by everybody; put it in place with replace_file().
Result<bool> write_whole_file(const std::string& path, std::string_view text);

// Writes beside `path` and renames: readers see the old text or the new one.
Result<bool> replace_file(const std::string& path, std::string_view text);

}  // namespace mxpulse::gate
