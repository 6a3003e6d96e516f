// Logs that real MTAs wrote in a lab with hosts that fail in every way, where they are at hand: each delivery line, read by eye.
#include <filesystem>
#include <fstream>

#include "cli/classified_file.hpp"
#include "support/catch.hpp"
#include "support/source_folder.hpp"

using namespace mxpulse;

namespace {

using C = BounceClass;
constexpr std::optional<Cause> kNone = std::nullopt;

struct Row {
  const char* destination;
  C bounce_class;
  std::optional<Cause> cause;
  int reply_code = 0;  // 0: none
};

std::filesystem::path log_path(const char* name) {
  return test::source_folder().parent_path() / "shared" / "fixtures" / "mta-logs" / name;
}

std::vector<BounceEvent> events_of(const std::filesystem::path& path) {
  std::vector<BounceEvent> events;
  const SystemTime november{std::chrono::seconds(1'795'600'000)};
  cli::ClassifiedFile file("auto", november, [&](const BounceEvent& event) { events.push_back(event); });
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) file.take(line);
  file.end();
  return events;
}

// Every event, in the order of its line; no line besides gives one.
void check(const char* name, const std::vector<Row>& rows) {
  if (!std::filesystem::exists(log_path(name))) {
    WARN("skipped: " << name << " is not at hand");
    return;
  }
  const auto events = events_of(log_path(name));
  CHECK(events.size() == rows.size());
  for (std::size_t at = 0; at < std::min(events.size(), rows.size()); ++at) {
    INFO(name << ", delivery " << at + 1 << ": " << events[at].destination.text() << ": " << events[at].text);
    CHECK(events[at].destination.text() == rows[at].destination);
    CHECK(label(events[at].bounce_class) == label(rows[at].bounce_class));
    CHECK((events[at].cause == rows[at].cause));
    CHECK(events[at].reply_code.value_or(0) == rows[at].reply_code);
    const bool remote =
        rows[at].bounce_class == C::kBusy || rows[at].bounce_class == C::kRejected || rows[at].bounce_class == C::kDelivered;
    CHECK((events[at].said_by == SaidBy::kRemote) == remote);
  }
}

}  // namespace

TEST_CASE("every line of a Postfix log is what it is") {
  check("postfix-3.7.11-noanswer.log", {{"refused.test", C::kNoAnswer, Cause::kRefused},
                                        {"noroute.test", C::kNoAnswer, Cause::kUnreachable},
                                        {"netunreach.test", C::kNoAnswer, Cause::kUnreachable},
                                        {"drop.test", C::kNoAnswer, Cause::kDropped},
                                        {"g421.test", C::kBusy, Cause::kBusy, 421},
                                        {"g554.test", C::kRejected, Cause::kRejecting, 554},
                                        {"ehlo421.test", C::kBusy, Cause::kBusy, 421},
                                        {"rst.test", C::kNoAnswer, Cause::kDropped},
                                        {"rcpt450.test", C::kBusy, Cause::kBusy, 450},
                                        {"nullmx.test", C::kDnsPermanent, Cause::kNullMx},
                                        {"implicit.test", C::kNoAnswer, Cause::kRefused},
                                        {"lab.local.test", C::kOther, kNone},  // the bounce's own mailbox, unknown here
                                        {"mxnoa.test", C::kDnsPermanent, Cause::kNoAddress},
                                        {"lab.local.test", C::kOther, kNone},
                                        {"mxnodata.test", C::kDnsPermanent, Cause::kNoAddress},
                                        {"lab.local.test", C::kOther, kNone},
                                        {"v6dead.test", C::kNoAnswer, Cause::kUnreachable},
                                        {"dual.test", C::kNoAnswer, Cause::kUnreachable},
                                        {"servfail.test", C::kDnsTemporary, Cause::kDnsTemporary},
                                        {"nxdomain.test", C::kDnsPermanent, Cause::kNoSuchDomain},
                                        {"lab.local.test", C::kOther, kNone},
                                        {"mxfail.test", C::kDnsTemporary, Cause::kDnsTemporary},
                                        {"ok.test", C::kDelivered, kNone, 250},
                                        {"loop.test", C::kOther, kNone},
                                        {"lab.local.test", C::kOther, kNone},
                                        {"dnstimeout.test", C::kDnsTemporary, Cause::kDnsTemporary},
                                        {"timeout.test", C::kNoAnswer, Cause::kTimeout},
                                        {"multi.test", C::kNoAnswer, Cause::kTimeout},
                                        {"nogreet.test", C::kNoAnswer, Cause::kSilent},
                                        {"slow.test", C::kNoAnswer, Cause::kSilent},
                                        {"refused.test", C::kNoAnswer, Cause::kRefused}});
}

// error(8) writes what was put off without an attempt, smtp(8) the attempts; a destination fails in one way all along.
TEST_CASE("every line of a Postfix log of suspended deliveries is what it is, with the cause of before") {
  const auto path = log_path("postfix-3.7.11-suspended.log");
  if (!std::filesystem::exists(path)) {
    WARN("skipped: " << path << " is not at hand");
    return;
  }
  const auto events = events_of(path);
  CHECK(events.size() == 100);
  std::size_t suspended = 0;
  for (const auto& event : events) {
    INFO(event.destination.text() << ": " << event.text);
    const bool is_put_off = event.text.starts_with("delivery temporarily suspended: ");
    suspended += is_put_off ? 1 : 0;
    const auto& name = event.destination.text();
    const bool overloaded = name == "g421.test";
    CHECK(label(event.bounce_class) == label(is_put_off ? C::kSuspended : overloaded ? C::kBusy : C::kNoAnswer));
    const std::optional<Cause> cause = overloaded               ? Cause::kBusy
                                       : name == "shared1.test" ? Cause::kRefused
                                       : name == "timeout.test" ? Cause::kTimeout
                                                                : Cause::kSilent;
    CHECK((event.cause == cause));
    CHECK(event.reply_code.value_or(0) == (overloaded ? 421 : 0));
    CHECK(event.address.has_value());
  }
  CHECK(suspended == 57);
}

TEST_CASE("every line of an Exim log is what it is") {
  check("exim-4.96-mainlog.log",
        {{"refused.test", C::kNoAnswer, Cause::kRefused},
         {"timeout.test", C::kNoAnswer, Cause::kTimeout},
         {"noroute.test", C::kNoAnswer, Cause::kUnreachable},
         {"netunreach.test", C::kNoAnswer, Cause::kUnreachable},
         {"nogreet.test", C::kNoAnswer, Cause::kTimeout},  // with TCP Fast Open the words of a SYN unanswered are the same
         {"drop.test", C::kNoAnswer, Cause::kDropped},
         {"g421.test", C::kBusy, Cause::kBusy, 421},
         {"g554.test", C::kRejected, Cause::kRejecting, 554},
         {"ehlo421.test", C::kBusy, Cause::kBusy, 421},
         {"rst.test", C::kNoAnswer, Cause::kDropped},
         {"slow.test", C::kNoAnswer, Cause::kSilent},
         {"rcpt450.test", C::kBusy, Cause::kBusy, 450},
         {"nullmx.test", C::kDnsPermanent, Cause::kNullMx},
         {"implicit.test", C::kNoAnswer, Cause::kRefused},
         {"mxnoa.test", C::kDnsPermanent, Cause::kNoAddress},
         {"mxnodata.test", C::kDnsPermanent, Cause::kNoAddress},
         {"v6dead.test", C::kNoAnswer, Cause::kUnreachable},
         {"dual.test", C::kNoAnswer, Cause::kRefused},
         {"multi.test", C::kNoAnswer, Cause::kTimeout},
         {"servfail.test", C::kDnsTemporary, Cause::kDnsTemporary},
         {"dnstimeout.test", C::kDnsTemporary, Cause::kDnsTemporary},
         {"nxdomain.test", C::kDnsPermanent, Cause::kNoSuchDomain},
         {"mxfail.test", C::kDnsTemporary, Cause::kDnsTemporary},
         {"ok.test", C::kDelivered, kNone, 250},
         {"loop.test", C::kDnsPermanent, Cause::kNoAddress},
         {"refused.test", C::kSuspended, kNone},
         {"shared1.test", C::kSuspended, kNone}});
}

TEST_CASE("every line of a Sendmail log is what it is") {
  const Row own{"lab.local.test", C::kOther, kNone, 550};  // the bounce's own mailbox, unknown here
  check("sendmail-8.17.1.9.log", {{"refused.test", C::kNoAnswer, Cause::kRefused},
                                  {"noroute.test", C::kNoAnswer, Cause::kUnreachable},
                                  {"netunreach.test", C::kNoAnswer, Cause::kUnreachable},
                                  {"drop.test", C::kNoAnswer, Cause::kDropped},
                                  {"ehlo421.test", C::kBusy, Cause::kBusy, 421},
                                  {"rst.test", C::kNoAnswer, Cause::kDropped},
                                  {"rcpt450.test", C::kBusy, Cause::kBusy, 450},
                                  {"nullmx.test", C::kDnsPermanent, Cause::kNullMx},
                                  own,
                                  {"implicit.test", C::kNoAnswer, Cause::kRefused},
                                  {"mxnoa.test", C::kDnsPermanent, Cause::kNoAddress},
                                  own,
                                  {"g421.test", C::kBusy, Cause::kBusy, 421},
                                  {"g554.test", C::kRejected, Cause::kRejecting, 554},
                                  own,
                                  {"mxnodata.test", C::kDnsPermanent, Cause::kNoAddress},
                                  own,
                                  {"v6dead.test", C::kNoAnswer, Cause::kUnreachable},
                                  {"dual.test", C::kNoAnswer, Cause::kRefused},
                                  {"servfail.test", C::kDnsTemporary, Cause::kDnsTemporary},
                                  {"timeout.test", C::kNoAnswer, Cause::kTimeout},
                                  {"multi.test", C::kNoAnswer, Cause::kTimeout},
                                  {"dnstimeout.test", C::kDnsTemporary, Cause::kDnsTemporary},
                                  {"nxdomain.test", C::kDnsPermanent, Cause::kNoSuchDomain},
                                  own,
                                  {"mxfail.test", C::kDnsTemporary, Cause::kDnsTemporary},
                                  {"loop.test", C::kOther, kNone},  // refused by 127.0.0.1
                                  {"ok.test", C::kDelivered, kNone},
                                  {"nogreet.test", C::kNoAnswer, Cause::kSilent},
                                  {"slow.test", C::kNoAnswer, Cause::kSilent},
                                  // A queue run right after: no attempt, the words are those that the host's status kept.
                                  {"refused.test", C::kSuspended, kNone},
                                  {"shared1.test", C::kSuspended, kNone},
                                  {"shared1.test", C::kSuspended, kNone},
                                  {"refused.test", C::kSuspended, kNone},
                                  {"slow.test", C::kSuspended, kNone},
                                  {"nogreet.test", C::kSuspended, kNone},
                                  {"loop.test", C::kSuspended, kNone},
                                  {"mxfail.test", C::kDnsTemporary, Cause::kDnsTemporary}});
}

// OpenSMTPD names no host where no session came about; while many routes are disabled in several ways, its words are all there
// is. It knows no difference between no MX, a null MX and an MX without an address.
TEST_CASE("every line of an OpenSMTPD log is what it is") {
  check("opensmtpd-6.8.0p2.log", {{"nullmx.test", C::kDnsPermanent, Cause::kNoAddress},
                                  {"rcpt450.test", C::kBusy, Cause::kBusy, 450},
                                  {"implicit.test", C::kNoAnswer, kNone},
                                  {"mxnoa.test", C::kDnsPermanent, Cause::kNoAddress},
                                  {"mxnodata.test", C::kDnsPermanent, Cause::kNoAddress},
                                  {"v6dead.test", C::kDnsPermanent, Cause::kNoAddress},
                                  {"dual.test", C::kNoAnswer, kNone},
                                  {"servfail.test", C::kDnsTemporary, Cause::kDnsTemporary},
                                  {"nxdomain.test", C::kDnsPermanent, Cause::kNoSuchDomain},
                                  {"mxfail.test", C::kDnsPermanent, Cause::kNoAddress},
                                  {"ok.test", C::kDelivered, kNone, 250},
                                  {"lab.local.test", C::kDnsPermanent, Cause::kNoSuchDomain},
                                  {"refused.test", C::kNoAnswer, kNone},
                                  {"noroute.test", C::kNoAnswer, kNone},
                                  {"netunreach.test", C::kNoAnswer, kNone},
                                  {"drop.test", C::kNoAnswer, kNone},
                                  {"g421.test", C::kNoAnswer, kNone},
                                  {"g554.test", C::kNoAnswer, kNone},
                                  {"ehlo421.test", C::kNoAnswer, kNone},
                                  {"rst.test", C::kNoAnswer, kNone},
                                  {"dnstimeout.test", C::kDnsTemporary, Cause::kDnsTemporary},
                                  {"timeout.test", C::kNoAnswer, kNone},
                                  {"multi.test", C::kNoAnswer, kNone},
                                  {"ok.test", C::kDelivered, kNone, 250},
                                  {"ok.test", C::kDelivered, kNone, 250},
                                  {"refused.test", C::kNoAnswer, Cause::kRefused}});
}

TEST_CASE("lists of queues and hosts are no logs and give no event") {
  for (const char* name :
       {"exim-4.96-exinext-dumpdb.txt", "opensmtpd-smtpctl.txt", "sendmail-mailq-hoststat.txt", "postfix-postqueue-j.json"})
    check(name, {});
}
