#include "cli/explain.hpp"

#include <cstdio>

#include "cli/daemon_question.hpp"
#include "cli/exit_code.hpp"

namespace mxpulse::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kUsageText =
    "usage: mxpulse explain [--json] [--daemon URL] DOMAIN\n"
    "Why the running daemon says what it says of a destination: bounces, hosts, verdict, is it us, gate. Exit status: 0 told,\n"
    "2 usage, 3 nobody could be asked, or it is not watched.\n";

void print_hosts(const Json& answer) {
  for (const Json& host : list_in(answer, "hosts")) {
    const std::string cause = text_in(host, "cause");
    std::printf("     %4s  %s  %s: %s, streak %s, last asked %s\n", number_in(host, "preference").c_str(),
                text_in(host, "host").c_str(), text_in(host, "address").c_str(), cause.empty() ? "not asked yet" : cause.c_str(),
                number_in(host, "no_answer_streak").c_str(), time_in(host, "last_probe").c_str());
    const std::string said = text_in(host, "greeting").empty() ? text_in(host, "why") : "it says: " + text_in(host, "greeting");
    if (!said.empty()) std::printf("           %s\n", said.c_str());
  }
}

std::string is_it_us(const Json& vantage) {
  if (flag_in(vantage, "impaired")) return "yes: " + text_in(vantage, "why") + "; no no-answer counts, nothing is held";
  return "no: " + number_in(vantage, "controls_answering") + " of " + number_in(vantage, "controls") +
         " controls answered when last asked";
}

void print_gate(const Json& gate) {
  const std::string would = text_in(gate, "would");
  std::printf("  5. May mail go? %s", text_in(gate, "decision").c_str());
  if (would != text_in(gate, "decision"))
    std::printf(" (mode %s; enforcing it would be: %s)", text_in(gate, "mode").c_str(), would.c_str());
  std::printf("\n     because %s\n", text_in(gate, "why").c_str());
  if (time_in(gate, "until") != "-") std::printf("     the lease ends %s at the latest\n", time_in(gate, "until").c_str());
  if (time_in(gate, "next_retry") != "-")
    std::printf("     one message is tried %s, whatever we believe\n", time_in(gate, "next_retry").c_str());
  if (flag_in(gate, "exhausted")) std::printf("     the retry schedule is over: write to their postmaster (mxpulse report)\n");
}

}  // namespace

int explain(const std::vector<std::string>& arguments) {
  int exit_code = kUsage;
  const auto answer = to_tell(arguments, kUsageText, "/api/v1/destinations/", true, exit_code);
  if (!answer) return exit_code;

  std::printf("%s: %s\n", text_in(*answer, "destination").c_str(), text_in(*answer, "verdict").c_str());
  std::printf("  1. Why is it watched? %sdistinct messages that bounced within the window: %s\n",
              flag_in(*answer, "configured") ? "the configuration names it; " : "", number_in(*answer, "bounces").c_str());
  std::printf("  2. What do its hosts say?\n");
  print_hosts(*answer);
  std::printf("  3. So what would a sender meet? %s\n", text_in(*answer, "why").c_str());
  if (time_in(*answer, "no_answer_since") != "-") {
    std::printf("     no answer %s times in a row, since %s\n", number_in(*answer, "no_answer_streak").c_str(),
                time_in(*answer, "no_answer_since").c_str());
  }
  std::printf("  4. Is it us? %s\n", is_it_us(object_in(*answer, "vantage")).c_str());
  print_gate(object_in(*answer, "gate"));
  return kGood;
}

}  // namespace mxpulse::cli
