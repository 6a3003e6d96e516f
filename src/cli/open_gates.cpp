#include "cli/open_gates.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <map>
#include <optional>

#include "cli/exit_code.hpp"
#include "config/load.hpp"
#include "daemon/options.hpp"
#include "gate/hold_guard.hpp"

namespace mxpulse::cli {
namespace {

constexpr const char* kUsageText =
    "usage: mxpulse open-gates --config FILE\n"
    "       mxpulse open-gates --at-end-of-input [--postfix-table TYPE:PATH --postfix-config-directory DIR]\n"
    "                          [--exim-hold-file FILE]\n"
    "Empties the hold tables, so that all mail flows: for after mxpulse has ended (the unit's ExecStopPost). The second form\n"
    "waits until its standard input ends; mxpulse starts it for itself, in case it is killed.\n";

std::optional<gate::HoldFiles> read_files(const std::vector<std::string>& arguments) {
  gate::HoldFiles files;
  const std::map<std::string, std::string*> places{{"--postfix-table", &files.postfix.table},
                                                   {"--postfix-config-directory", &files.postfix.config_directory},
                                                   {"--exim-hold-file", &files.exim.hold_file}};
  for (std::size_t at = 1; at < arguments.size(); at += 2) {
    const auto place = places.find(arguments[at]);
    if (place == places.end() || at + 1 == arguments.size()) return std::nullopt;
    *place->second = arguments[at + 1];
  }
  return files;
}

// Whoever stops the service stops all its processes: this one ends with its parent, not before.
void wait_for_end_of_input() {
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGPIPE}) std::signal(number, SIG_IGN);
  std::array<char, 256> read_past{};
  ssize_t count = 0;
  do {
    count = read(STDIN_FILENO, read_past.data(), read_past.size());
  } while (count > 0 || (count < 0 && errno == EINTR));
}

int open_now(const gate::HoldFiles& files) {
  const auto opened = gate::open_all_gates(files);
  if (opened) return kGood;
  std::fprintf(stderr, "mxpulse: %s\n", opened.why().c_str());
  return kNotGood;
}

}  // namespace

int open_gates(const std::vector<std::string>& arguments) {
  if (arguments.size() == 1 && arguments[0] == "--help") return std::fputs(kUsageText, stdout) < 0 ? kNotGood : kGood;
  if (arguments.size() == 2 && arguments[0] == "--config") {
    const auto config = config::load(arguments[1]);
    if (!config) {
      std::fprintf(stderr, "%s\n", config.why().c_str());
      return kNotGood;
    }
    return open_now(daemon::gate_options(*config).mtas.files);
  }
  if (!arguments.empty() && arguments[0] == "--at-end-of-input") {
    if (const auto files = read_files(arguments)) {
      wait_for_end_of_input();
      return open_now(*files);
    }
  }
  std::fputs(kUsageText, stderr);
  return kUsage;
}

}  // namespace mxpulse::cli
