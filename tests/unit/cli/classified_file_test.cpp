#include "cli/classified_file.hpp"

#include <sstream>

#include "support/catch.hpp"

using namespace mxpulse;

namespace {

std::vector<BounceEvent> classify(const std::string& text, const std::string& format = "auto") {
  std::vector<BounceEvent> events;
  cli::ClassifiedFile file(format, SystemTime(std::chrono::seconds(1'790'000'000)),
                           [&](const BounceEvent& event) { events.push_back(event); });
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) file.take(line);
  file.end();
  return events;
}

const std::string kPostfix =
    "Nov 14 22:00:00 mail postfix/smtp[1]: 4F1A2B3C4D: to=<u@example.org>, relay=none, delay=30, dsn=4.4.1, status=deferred "
    "(connect to "
    "mx.example.org[192.0.2.1]:25: Connection timed out)\n";

std::string report(const std::string& recipient) {
  return "Return-Path: <>\nFrom: MAILER-DAEMON@mail.example\nSubject: Undelivered\nMIME-Version: 1.0\nContent-Type: "
         "multipart/report; "
         "report-type=delivery-status; boundary=b\n\n--b\n\nSorry.\n" +
         kPostfix +
         "\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.example\n\nFinal-Recipient: rfc822; " +
         recipient +
         "\nAction: failed\nStatus: 4.4.1\nDiagnostic-Code: X-Postfix; connect to mx.example.net[192.0.2.1]:25: Connection timed "
         "out\n\n--b--\n";
}

}  // namespace

TEST_CASE("auto: a log whose first thousand lines tell nothing is still told") {
  std::string quiet;
  for (int line = 0; line < 1000; ++line) quiet += "Nov 14 22:00:00 mail exim[1]: 2023-11-14 22:00:00 Start queue run: pid=1\n";
  const std::string deferred =
      "2023-11-14 22:00:00 1xVaim-00003B-0d == u@example.org R=dnslookup T=remote_smtp defer (111): Connection refused\n";
  const auto events = classify(quiet + deferred + deferred);
  CHECK(events.size() == 2);
}

TEST_CASE("auto: a message is told by its header, though its text quotes a log") {
  const auto events = classify(report("u@example.net"));
  REQUIRE(events.size() == 1);
  CHECK(events[0].destination.text() == "example.net");
  CHECK(events[0].bounce_class == BounceClass::kNoAnswer);
}

TEST_CASE("auto: a message saved with lines of blanks before its header is one") {
  CHECK(classify("\n         \n" + report("u@example.net")).size() == 1);
}

TEST_CASE("auto: every message of an mbox is read") {
  const std::string from = "From MAILER-DAEMON Tue Nov 14 22:00:00 2023\n";
  const auto events = classify(from + report("u@one.example") + "\n" + from + report("u@two.example"));
  REQUIRE(events.size() == 2);
  CHECK(events[0].destination.text() == "one.example");
  CHECK(events[1].destination.text() == "two.example");
}

TEST_CASE("auto: lines that look like a header are no message without its fields") {
  CHECK(classify("smtp-out: Enabling route\n\nsmtp-out: Enabling route\n").empty());
  CHECK(classify("").empty());
  CHECK(classify("\n\n" + kPostfix).size() == 1);
  CHECK(classify("\xef\xbb\xbf" + kPostfix).size() == 1);
}

TEST_CASE("a format that is named is taken at its word") {
  CHECK(classify(kPostfix, "postfix").size() == 1);
  CHECK(classify(kPostfix, "exim").empty());
  CHECK(classify(kPostfix, "dsn").empty());
  CHECK(cli::is_mail_format("dsn"));
  CHECK_FALSE(cli::is_mail_format("procmail"));
}
