#include "cli/gate.hpp"

#include <cstdio>
#include <ctime>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/daemon_client.hpp"
#include "cli/exit_code.hpp"
#include "mxpulse/domain_name.hpp"

namespace mxpulse::cli {
namespace {

constexpr const char* kUsageText =
    "usage: mxpulse gate [--json] [--daemon URL] DOMAIN\n"
    "Asks the running daemon, at http://127.0.0.1:9425 without --daemon. Exit status: 0 mail may go, 1 it is held, 2 usage,\n"
    "3 nobody could be asked.\n";

std::string time_text(const nlohmann::json& seconds) {
  if (!seconds.is_number_integer()) return "";
  const std::time_t time = seconds.get<std::time_t>();
  std::tm utc{};
  char text[32]{};
  if (gmtime_r(&time, &utc) == nullptr || std::strftime(std::data(text), sizeof text, "%Y-%m-%d %H:%M:%SZ", &utc) == 0) return "";
  return std::data(text);
}

void print(const nlohmann::json& answer) {
  const auto would = answer.value("would", "deliver");
  std::string line = answer.value("destination", "") + ": " + answer.value("decision", "deliver");
  if (answer.value("mode", "") == "observe" && would != "deliver") line += " (observing; enforcing it would be: " + would + ")";
  if (const auto until = time_text(answer.value("until", nlohmann::json())); !until.empty())
    line += ", at the latest until " + until;
  if (const auto next = time_text(answer.value("next_retry", nlohmann::json())); !next.empty()) line += ", next trial " + next;
  std::printf("%s\n  %s\n", line.c_str(), answer.value("why", "").c_str());
}

}  // namespace

int gate(const std::vector<std::string>& arguments) {
  std::string daemon = kDaemonUrl;
  std::string domain;
  bool json = false;
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    const std::string& word = arguments[at];
    if (word == "--help") return std::fputs(kUsageText, stdout) < 0 ? kNotGood : kGood;
    if (word == "--json") {
      json = true;
    } else if (word == "--daemon" && at + 1 < arguments.size()) {
      daemon = arguments[++at];
    } else if (!word.starts_with("-") && domain.empty()) {
      domain = word;
    } else {
      domain.clear();
      break;
    }
  }
  const auto name = DomainName::parse(domain);
  if (!name) {
    if (!domain.empty()) std::fprintf(stderr, "mxpulse: %s: is not a domain name: %s\n", domain.c_str(), name.why().c_str());
    std::fputs(kUsageText, stderr);
    return kUsage;
  }
  const auto body = ask_daemon(daemon, "/api/v1/gate/" + name->text());
  const auto answer = nlohmann::json::parse(body ? *body : "", nullptr, false);
  if (!body || !answer.is_object()) {
    std::fprintf(stderr, "mxpulse: %s: %s\n", daemon.c_str(), body ? "the answer is none of mxpulse's" : body.why().c_str());
    return kCouldNotAsk;
  }
  if (json)
    std::fputs(body->c_str(), stdout);
  else
    print(answer);
  return answer.value("decision", "deliver") == "hold" ? kNotGood : kGood;
}

}  // namespace mxpulse::cli
