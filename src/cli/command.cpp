#include "cli/command.hpp"

#include <cstdio>
#include <exception>

#include "cli/check.hpp"
#include "cli/classify.hpp"
#include "cli/config_check.hpp"
#include "cli/demo.hpp"
#include "cli/exit_code.hpp"
#include "cli/explain.hpp"
#include "cli/gate.hpp"
#include "cli/open_gates.hpp"
#include "cli/replay.hpp"
#include "cli/report.hpp"
#include "cli/run.hpp"
#include "cli/status.hpp"

namespace mxpulse::cli {
namespace {

constexpr const char* kHelp =
    "mxpulse takes the pulse of destination mail servers.\n"
    "\n"
    "  mxpulse check [OPTIONS] TARGET...|-   ask the mail hosts of these domains now\n"
    "  mxpulse run --config FILE             watch destinations and tell Prometheus\n"
    "  mxpulse classify FILE...|-            what MTA logs and delivery reports say, as JSON\n"
    "  mxpulse replay LOG...                 what old logs would have looked like with a gate\n"
    "  mxpulse status                        ask the running daemon: what is watched, and how is it?\n"
    "  mxpulse gate DOMAIN                   ... may mail to it go?\n"
    "  mxpulse explain DOMAIN                ... why?\n"
    "  mxpulse report DOMAIN                 ... what was seen of it, for those who run its mail hosts\n"
    "  mxpulse config-check FILE             say what is wrong with a configuration\n"
    "  mxpulse open-gates --config FILE      empty the hold tables of a daemon that has ended\n"
    "  mxpulse demo                          run against a small internet on loopback\n"
    "  mxpulse --version\n"
    "\n"
    "\"mxpulse COMMAND --help\" says more.\n";

using Command = int (*)(const std::vector<std::string>&);

Command command_named(const std::string& name) {
  if (name == "check") return check;
  if (name == "run") return run;
  if (name == "classify") return classify;
  if (name == "replay") return replay;
  if (name == "config-check") return config_check;
  if (name == "status") return status;
  if (name == "gate") return gate;
  if (name == "explain") return explain;
  if (name == "report") return report;
  if (name == "open-gates") return open_gates;
  if (name == "demo") return demo;
  return nullptr;
}

}  // namespace

int run_command(const std::vector<std::string>& arguments) try {
  if (arguments.empty()) {
    std::fputs(kHelp, stderr);
    return kUsage;
  }
  const std::string& name = arguments.front();
  if (name == "--help" || name == "-h" || name == "help") return std::fputs(kHelp, stdout) < 0 ? kNotGood : kGood;
  if (name == "--version") return std::puts("mxpulse " MXPULSE_VERSION) < 0 ? kNotGood : kGood;
  if (const Command command = command_named(name)) return command({arguments.begin() + 1, arguments.end()});
  std::fprintf(stderr, "mxpulse: there is no command \"%s\"; \"mxpulse --help\" lists them\n", name.c_str());
  return kUsage;
} catch (const std::exception& error) {
  std::fprintf(stderr, "mxpulse: %s\n", error.what());
  return kNotGood;
}

}  // namespace mxpulse::cli
