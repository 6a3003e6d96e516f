#include "cli/gate.hpp"

#include <cstdio>

#include "cli/daemon_question.hpp"
#include "cli/exit_code.hpp"

namespace mxpulse::cli {
namespace {

constexpr const char* kUsageText =
    "usage: mxpulse gate [--json] [--daemon URL] DOMAIN\n"
    "Asks the running daemon, at http://127.0.0.1:9425 without --daemon. Exit status: 0 mail may go, 1 it is held, 2 usage,\n"
    "3 nobody could be asked.\n";

void print(const nlohmann::ordered_json& answer) {
  const auto would = answer.value("would", "deliver");
  std::string line = answer.value("destination", "") + ": " + answer.value("decision", "deliver");
  if (answer.value("mode", "") == "observe" && would != "deliver") line += " (observing; enforcing it would be: " + would + ")";
  if (const auto until = time_in(answer, "until"); until != "-") line += ", at the latest until " + until;
  if (const auto next = time_in(answer, "next_retry"); next != "-") line += ", next trial " + next;
  std::printf("%s\n  %s\n", line.c_str(), answer.value("why", "").c_str());
}

}  // namespace

int gate(const std::vector<std::string>& arguments) {
  int exit_code = kUsage;
  const auto question = parse_question(arguments, kUsageText, true, exit_code);
  if (!question) return exit_code;
  const auto answer = ask(*question, "/api/v1/gate/" + question->domain.text());
  if (!answer) return kCouldNotAsk;
  if (question->json)
    std::puts(answer->dump().c_str());
  else
    print(*answer);
  return text_in(*answer, "decision") == "hold" ? kNotGood : kGood;
}

}  // namespace mxpulse::cli
