// A TOML file -> Config, or every reason why not.
#pragma once

#include <string>
#include <string_view>

#include "config/config.hpp"
#include "mxpulse/result.hpp"

namespace mxpulse::config {

// On failure `why` has one line an error: "FILE:LINE: section.key: what is wrong; the mend".
Result<Config> load(const std::string& path);

// The same from text; `file_name` is what errors name.
Result<Config> parse(std::string_view text, const std::string& file_name);

}  // namespace mxpulse::config
