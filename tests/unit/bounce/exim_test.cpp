#include "bounce/log_parser.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::bounce;

namespace {

const SystemTime kNow{std::chrono::seconds(1'790'000'000)};
const std::string kStamp = "2026-09-21 12:00:00 ";

std::vector<BounceEvent> events_of(const std::vector<std::string>& lines) {
  const auto parser = make_exim_parser();
  std::vector<BounceEvent> events;
  for (const auto& line : lines) parser->take(kStamp + line, kNow, [&](const BounceEvent& event) { events.push_back(event); });
  return events;
}

BounceEvent event_of(const std::vector<std::string>& lines) {
  const auto events = events_of(lines);
  REQUIRE(events.size() == 1);
  return events.front();
}

BounceClass class_of(const std::string& line) { return event_of({line}).bounce_class; }

}  // namespace

TEST_CASE("Exim: a deferral has the host and address of the line before it") {
  const auto event = event_of({"1xVaim-00003B-0d H=mx.example.org [192.0.2.10] Connection refused",
                               "1xVaim-00003B-0d == u@example.org R=dnslookup T=remote_smtp defer (111): Connection refused"});
  CHECK(event.destination.text() == "example.org");
  CHECK(event.queue_id == "1xVaim-00003B-0d");
  CHECK(event.bounce_class == BounceClass::kNoAnswer);
  CHECK(event.cause == Cause::kRefused);
  CHECK(event.host == "mx.example.org");
  CHECK(event.address == Address::parse("192.0.2.10"));
}

TEST_CASE("Exim: a timeout after the initial connection, which TCP Fast Open writes for an unanswered SYN too, is no answer") {
  CHECK(class_of("1xVair-00003Q-14 == u@example.org R=dnslookup T=remote_smtp defer (110): Connection timed out H=mx.example.org "
                 "[192.0.2.30]:25 DT=4s: SMTP timeout after initial connection") == BounceClass::kNoAnswer);
  CHECK(class_of("1xVair-00003L-0q == u@example.org R=dnslookup T=remote_smtp defer (113): No route to host DT=0s") ==
        BounceClass::kNoAnswer);
  CHECK(
      class_of("1xVaiv-00003b-1P == u@example.org R=dnslookup T=remote_smtp defer (-18) H=mx.example.org [192.0.2.31]:25 DT=0s: "
               "Remote host closed connection in response to initial connection") == BounceClass::kNoAnswer);
}

TEST_CASE("Exim: what the host said is its own reply") {
  const auto busy =
      event_of({"1xVaiv-00003h-1X == u@example.org R=dnslookup T=remote_smtp defer (0) H=mx.example.org [192.0.2.32]:25 "
                "DT=0s: SMTP error from remote mail server after initial connection: 421 4.7.0 Try again later"});
  CHECK(busy.bounce_class == BounceClass::kBusy);
  CHECK(busy.reply_code == 421);
  CHECK(class_of("1xVaiv-00003n-1b ** u@example.org R=dnslookup T=remote_smtp H=mx.example.org [192.0.2.33]:25: SMTP error from "
                 "remote mail server after initial connection: 554 5.7.1 Go away") == BounceClass::kRejected);
}

TEST_CASE("Exim: its own waiting is no evidence") {
  for (const char* line :
       {"1xVaj6-00005b-0S == u2@example.org R=dnslookup T=remote_smtp defer (-54) DT=0s: retry time not reached for "
        "any host for 'example.org'",
        "1xVaji-00003Q-1l == u@example.org routing defer (-52) DT=0s: retry time not reached",
        "1xVaji-00003Q-1m == u@example.org defer (-23) DT=0s: domain is held"}) {
    CAPTURE(line);
    CHECK(class_of(line) == BounceClass::kSuspended);
  }
}

TEST_CASE("Exim: a delivery and DNS that fails for now") {
  CHECK(class_of("1xVaj4-000053-38 => u@example.org R=dnslookup T=remote_smtp H=mx.example.org [192.0.2.40] C=\"250 ok\"") ==
        BounceClass::kDelivered);
  CHECK(class_of("1xVaj4-000053-38 == u@example.org R=dnslookup defer (-1) DT=0s: host lookup did not complete") ==
        BounceClass::kDnsTemporary);
}

TEST_CASE("Exim: a host without an address is the DNS's word, also where the site asks for a deferral") {
  for (const char* words : {"defer (-32): lookup of host \"mx.example.org\" failed in dnslookup router",
                            "defer (-1): missing MX, or all MXs point to missing A records, and defer requested",
                            "T=remote_smtp: all host address lookups failed permanently"}) {
    const auto event = event_of({std::string("1xVaj4-000053-38 == u@example.org R=dnslookup ") + words});
    CHECK(event.bounce_class == BounceClass::kDnsPermanent);
    CHECK(event.cause == Cause::kNoAddress);
  }
}

TEST_CASE("Exim: a reply that looks like a deferral of somebody else is a reply") {
  const auto event =
      event_of({"1xVaiv-00003h-1X == u@example.org R=dnslookup T=remote_smtp defer (0) H=mx.example.org [192.0.2.32]: SMTP "
                "error from remote mail server after RCPT TO:<u@example.org>: 451 == v@example.net R=dnslookup "
                "T=remote_smtp defer (110): Connection timed out"});
  CHECK(event.destination.text() == "example.org");
  CHECK(event.bounce_class != BounceClass::kNoAnswer);
  CHECK(event.said_by == SaidBy::kRemote);
}

TEST_CASE("Exim: lines that tell of no delivery, and garbage, are nothing") {
  CHECK(events_of({"exim 4.96 daemon started: pid=1, -q30m", "1xVaim-00003B-0d <= me@example.net H=(x) [127.0.0.1] P=esmtp S=250",
                   "1xVaim-00003B-0d Completed", "== == ==", "", "1xVaim-00003B-0d == defer", std::string(60'000, '=')})
            .empty());
}

TEST_CASE("Exim: before 4.8 the host stands in the words") {
  const auto busy = event_of(
      {"1xVaim-00003B-0d == u@example.org R=dnslookup T=remote_smtp defer (-44): SMTP error from remote mail server after RCPT "
       "TO:<u@example.org>: host mx.example.org [192.0.2.9]: 450 4.7.1 later"});
  CHECK(busy.host == "mx.example.org");
  CHECK(busy.address == Address::parse("192.0.2.9"));
  CHECK(busy.reply_code == 450);
  const auto dropped = event_of(
      {"1xVaim-00003B-0d == u@example.org R=dnslookup T=remote_smtp defer (-18): Remote host mx.example.org [192.0.2.9] closed "
       "connection in response to initial connection"});
  CHECK(dropped.bounce_class == BounceClass::kNoAnswer);
  CHECK(dropped.address == Address::parse("192.0.2.9"));
}

TEST_CASE("Exim: releases before 4.63 call the host a mailer") {
  const auto event =
      event_of({"1xVaim-00003B-0d ** u@example.org R=dnslookup T=remote_smtp: SMTP error from remote mailer after RCPT "
                "TO:<u@example.org>: host mx.example.org [192.0.2.9]: 550 connection refused, no such user"});
  CHECK(event.bounce_class == BounceClass::kRejected);
  CHECK(event.said_by == SaidBy::kRemote);
  CHECK(event.reply_code == 550);
  CHECK(event.address == Address::parse("192.0.2.9"));
}

TEST_CASE("Exim: what failed before a transport ran was no connection to a host of the destination") {
  CHECK(class_of("1xVaim-00003B-0d == u@example.org R=aliases defer (-1): failed to expand \"${lookup mysql{q}}\": lookup of "
                 "\"q\" gave DEFER: MYSQL connection failed: Connection refused") == BounceClass::kOther);
  CHECK(class_of("1xVaim-00003B-0d == u@example.org R=quota defer (111): Connection refused") == BounceClass::kOther);
  CHECK(class_of("1xVaim-00003B-0d == u@example.org R=dnslookup T=remote_smtp defer (-1): failed to expand \"${lookup "
                 "redis{q}}\": connection timed out") == BounceClass::kOther);
}

TEST_CASE("Exim: mail that the site keeps for a later queue run is no evidence") {
  CHECK(class_of("1xVaim-00003B-0d == u@example.org R=dnslookup T=remote_smtp defer (-1): domain matches queue_smtp_domains, or "
                 "-odqs set") == BounceClass::kSuspended);
}

TEST_CASE("Exim: its log through syslog, with any selector, is read as well") {
  const auto parser = make_exim_parser();
  for (const char* line : {"Sep 21 12:00:00 mail exim[1]: 1xVaim-00003B-0d == u@example.org R=dnslookup T=remote_smtp defer "
                           "(110): Connection timed out",
                           "Sep 21 12:00:00 mail exim[1]: 2026-09-21 12:00:00 1xVaim-00003B-0d == u@example.org R=dnslookup "
                           "T=remote_smtp defer (110): Connection timed out",
                           "2026-09-21 12:00:00.123 +0100 [77] 1xVaim-0000000003B-0dAB == u@example.org F=<me@here.example> "
                           "P=<me@here.example> R=dnslookup T=remote_smtp "
                           "defer (110): Connection timed out H=mx.example.org [192.0.2.1]:25 I=[192.0.2.200]:40000 DT=2m"}) {
    INFO(line);
    std::vector<BounceEvent> events;
    parser->take(line, kNow, [&](const BounceEvent& event) { events.push_back(event); });
    REQUIRE(events.size() == 1);
    CHECK(events[0].cause == Cause::kTimeout);
    CHECK(events[0].time.has_value());
  }
}
