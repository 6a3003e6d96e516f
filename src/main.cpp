#include "cli/command.hpp"

int main(int argc, char* argv[]) { return mxpulse::cli::run_command({argv + 1, argv + argc}); }
