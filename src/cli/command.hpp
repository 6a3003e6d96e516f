// Picks the subcommand.
#pragma once

#include <string>
#include <vector>

namespace mxpulse::cli {

// `arguments` without the program's own name. Returns the exit status (exit_code.hpp).
int run_command(const std::vector<std::string>& arguments);

}  // namespace mxpulse::cli
