#include "cli/status.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

#include "cli/daemon_question.hpp"
#include "cli/exit_code.hpp"

namespace mxpulse::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kUsageText =
    "usage: mxpulse status [--json] [--daemon URL]\n"
    "What the running daemon watches, worst first: those with most bounces behind them. Exit status: 0 told, 2 usage, 3 nobody\n"
    "could be asked.\n";

constexpr std::size_t kShown = 30;  // destinations a person reads

std::string is_it_us(const Json& vantage) {
  const bool impaired = flag_in(vantage, "impaired");
  const std::string controls = number_in(vantage, "controls_answering") + " of " + number_in(vantage, "controls");
  return impaired ? "yes, it is us: " + text_in(vantage, "why") : "no (" + controls + " controls answered when last asked)";
}

void print_summary(const Json& answer) {
  std::map<std::string, std::size_t> verdicts;
  std::size_t held = 0;
  for (const Json& one : list_in(answer, "destinations")) {
    ++verdicts[text_in(one, "verdict")];
    held += text_in(object_in(one, "gate"), "would") == "deliver" ? 0 : 1;
  }
  std::printf("%s destinations watched:", number_in(answer, "tracked").c_str());
  for (const auto& [verdict, count] : verdicts) std::printf(" %zu %s,", count, verdict.c_str());
  std::printf(" %zu held or to be held\nIs it us? %s\n", held, is_it_us(object_in(answer, "vantage")).c_str());
}

void print_line(const Json& one) {
  const Json& gate = object_in(one, "gate");
  std::string what = text_in(gate, "decision");
  if (what != text_in(gate, "would")) what = "would " + text_in(gate, "would");
  std::printf("%-32s %-13s %-14s %6s  %-20s %7s  %s\n", text_in(one, "destination").c_str(), text_in(one, "verdict").c_str(),
              text_in(one, "cause").c_str(), number_in(one, "no_answer_streak").c_str(), time_in(one, "no_answer_since").c_str(),
              number_in(one, "bounces").c_str(), what.c_str());
}

}  // namespace

int status(const std::vector<std::string>& arguments) {
  int exit_code = kUsage;
  const auto answer = to_tell(arguments, kUsageText, "/api/v1/destinations", false, exit_code);
  if (!answer) return exit_code;

  print_summary(*answer);
  const Json& all = list_in(*answer, "destinations");
  if (all.empty()) return kGood;
  std::printf("\n%-32s %-13s %-14s %6s  %-20s %7s  %s\n", "destination", "verdict", "cause", "streak", "no answer since",
              "bounces", "gate");
  for (std::size_t at = 0; at < std::min(all.size(), kShown); ++at) print_line(all[at]);
  if (all.size() > kShown) std::printf("and %zu more here; --json lists them\n", all.size() - kShown);
  return kGood;
}

}  // namespace mxpulse::cli
