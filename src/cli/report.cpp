#include "cli/report.hpp"

#include <cstdio>
#include <set>

#include "cli/daemon_question.hpp"
#include "cli/exit_code.hpp"

namespace mxpulse::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kUsageText =
    "usage: mxpulse report [--json] [--daemon URL] DOMAIN\n"
    "What we saw of a destination's mail hosts, as a text to send to those who run them. Exit status: 0 told, 2 usage, 3 nobody\n"
    "could be asked, or it is not watched.\n";

// RFC 2142 section 5 and RFC 5321 section 4.5.1: who takes mail has a postmaster. One address may not be reachable now.
void print_contacts(const Json& answer) {
  std::set<std::string> contacts{"postmaster@" + text_in(answer, "destination")};
  for (const Json& host : list_in(answer, "hosts")) {
    if (const auto provider = text_in(host, "provider"); !provider.empty()) contacts.insert("postmaster@" + provider);
  }
  std::printf("Contacts (RFC 2142):\n");
  for (const std::string& contact : contacts) std::printf("  %s\n", contact.c_str());
  std::printf("While their hosts do not answer, mail to these may wait too: a phone call or their web site may be quicker.\n");
}

void print_hosts(const Json& answer) {
  std::printf("Mail hosts, as the DNS lists them, and what the last probe met (TCP connect, SMTP greeting):\n");
  for (const Json& host : list_in(answer, "hosts")) {
    std::printf("  %s  %s [%s]: %s, %s no-answers in a row, last asked %s\n", number_in(host, "preference").c_str(),
                text_in(host, "host").c_str(), text_in(host, "address").c_str(),
                text_in(host, "cause").empty() ? "not asked yet" : text_in(host, "cause").c_str(),
                number_in(host, "no_answer_streak").c_str(), time_in(host, "last_probe").c_str());
    if (const auto why = text_in(host, "why"); !why.empty()) std::printf("     %s\n", why.c_str());
    if (const auto greeting = text_in(host, "greeting"); !greeting.empty()) std::printf("     it says: %s\n", greeting.c_str());
  }
}

void print_outages(const Json& answer) {
  const Json& incidents = list_in(answer, "incidents");
  std::printf("Outages seen since %s: %zu\n", time_in(answer, "watched_since").c_str(), incidents.size());
  for (const Json& one : incidents) {
    const bool open = text_in(one, "end") == "open";
    std::printf("  %s to %s  %s: %s\n", time_in(one, "first").c_str(), open ? "now" : time_in(one, "ended").c_str(),
                text_in(one, "cause").c_str(), text_in(one, "why").c_str());
  }
}

}  // namespace

int report(const std::vector<std::string>& arguments) {
  int exit_code = kUsage;
  const auto answer = to_tell(arguments, kUsageText, "/api/v1/destinations/", true, exit_code);
  if (!answer) return exit_code;

  std::printf("Mail to %s, as seen at %s (all times UTC)\n\n", text_in(*answer, "destination").c_str(),
              time_in(*answer, "taken").c_str());
  std::printf("%s: %s\n", text_in(*answer, "verdict").c_str(), text_in(*answer, "why").c_str());
  std::printf("Distinct messages that bounced within the watch window: %s\n\n", number_in(*answer, "bounces").c_str());
  print_hosts(*answer);
  std::printf("\n");
  print_outages(*answer);
  std::printf("\nHosts of others: %s of %s controls answered us when last asked%s\n\n",
              number_in(object_in(*answer, "vantage"), "controls_answering").c_str(),
              number_in(object_in(*answer, "vantage"), "controls").c_str(),
              flag_in(object_in(*answer, "vantage"), "impaired") ? ", and our own connection is in doubt." : ".");
  print_contacts(*answer);
  return kGood;
}

}  // namespace mxpulse::cli
