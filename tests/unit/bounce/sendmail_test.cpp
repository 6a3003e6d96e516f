#include "bounce/log_parser.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::bounce;

namespace {

const SystemTime kNow{std::chrono::seconds(1'790'000'000)};
const std::string kTag = "Sep 21 12:00:00 mail sm-mta[4242]: 48LC00ab012345: ";

std::vector<BounceEvent> events_of(const std::vector<std::string>& lines) {
  const auto parser = make_sendmail_parser();
  std::vector<BounceEvent> events;
  for (const auto& line : lines) parser->take(line, kNow, [&](const BounceEvent& event) { events.push_back(event); });
  return events;
}

BounceEvent event_of(const std::string& fields) {
  const auto events = events_of({kTag + fields});
  REQUIRE(events.size() == 1);
  return events.front();
}

// One attempt that took a while, at mx.example.org.
BounceEvent attempt(const std::string& end) {
  return event_of(
      "to=<u@example.org>, delay=00:05:00, xdelay=00:05:00, mailer=esmtp, pri=120345, relay=mx.example.org. [192.0.2.1], " + end);
}

}  // namespace

TEST_CASE("Sendmail: a timeout is no answer, whatever the code says, with host, address and queue id") {
  const auto event = attempt("dsn=4.0.0, stat=Deferred: Connection timed out with mx.example.org.");
  CHECK(event.bounce_class == BounceClass::kNoAnswer);
  CHECK(event.cause == Cause::kTimeout);
  CHECK(event.said_by == SaidBy::kLocal);
  CHECK(event.host == "mx.example.org");
  CHECK(event.address == Address::parse("192.0.2.1"));
  CHECK(event.queue_id == "48LC00ab012345");
  CHECK(event.enhanced_code == "4.0.0");
}

TEST_CASE("Sendmail: each event has its class") {
  CHECK(attempt("dsn=4.0.0, stat=Deferred: Connection refused by mx.example.org.").cause == Cause::kRefused);
  CHECK(attempt("dsn=4.0.0, stat=Deferred: mx.example.org.: No route to host").cause == Cause::kUnreachable);
  CHECK(attempt("dsn=4.0.0, stat=Deferred: Connection reset by mx.example.org.").cause == Cause::kDropped);
  CHECK(attempt("dsn=4.0.0, stat=Deferred: Name server: mx.example.org.: host name lookup failure").bounce_class ==
        BounceClass::kDnsTemporary);
  CHECK(attempt("dsn=2.0.0, stat=Sent (OK id=1)").bounce_class == BounceClass::kDelivered);
  CHECK(attempt("dsn=4.4.1, stat=Deferred").bounce_class == BounceClass::kNoAnswer);
  CHECK(attempt("dsn=5.4.7, stat=Cannot send message for 5 days").bounce_class == BounceClass::kOther);
  CHECK(attempt("dsn=5.3.0, stat=unknown mailer error 1").bounce_class == BounceClass::kOther);
  CHECK(event_of("to=<u@example.org>, delay=00:00:00, mailer=esmtp, pri=1, dsn=4.4.3, stat=queued").bounce_class ==
        BounceClass::kDnsTemporary);
  CHECK(event_of("to=<u@example.org>, delay=00:00:00, mailer=esmtp, pri=1, stat=queued").bounce_class == BounceClass::kSuspended);
}

TEST_CASE("Sendmail: a reply is the remote host's, the words it writes in a reply's form are its own") {
  const auto busy =
      attempt("dsn=4.2.0, reply=450 4.2.0 Connection refused by policy, stat=Deferred: 450 4.2.0 Connection refused by policy");
  CHECK(busy.bounce_class == BounceClass::kBusy);
  CHECK(busy.said_by == SaidBy::kRemote);
  CHECK(busy.reply_code == 450);
  const auto before_817 = attempt("dsn=5.1.1, stat=User unknown");
  CHECK(before_817.bounce_class == BounceClass::kRejected);
  CHECK(before_817.said_by == SaidBy::kRemote);
  for (const char* own :
       {"stat=Deferred: 403 4.7.0 TLS handshake failed.", "stat=Deferred: 451 4.4.1 reply: read error from mx.example.org."}) {
    const auto event = attempt(std::string("dsn=4.0.0, ") + own);
    CHECK(event.bounce_class == BounceClass::kOther);
    CHECK(event.said_by == SaidBy::kLocal);
  }
}

TEST_CASE("Sendmail: a host that could not be looked up is not the domain") {
  const auto host = event_of(
      "to=<u@example.org>, delay=00:00:00, mailer=esmtp, pri=1, relay=mx.example.org., dsn=5.1.2, stat=Host unknown (Name "
      "server: "
      "mx.example.org.: host not found)");
  CHECK(host.cause == Cause::kNoAddress);
  const auto domain = event_of(
      "to=<u@example.org>, delay=00:00:00, mailer=esmtp, pri=1, relay=example.org, dsn=5.1.2, stat=Host unknown (Name server: "
      "example.org: host not found)");
  CHECK(domain.cause == Cause::kNoSuchDomain);
}

TEST_CASE("Sendmail: the line before a timeout tells in which phase it was") {
  const std::string deferred =
      kTag +
      "to=<u@example.org>, delay=00:05:00, xdelay=00:05:00, mailer=esmtp, pri=1, relay=mx.example.org. [192.0.2.1], dsn=4.0.0, "
      "stat=Deferred: Connection timed out with mx.example.org.";
  const std::string waiting = kTag + "timeout waiting for input from mx.example.org. during client ";
  const auto greeting = events_of({waiting + "greeting", deferred});
  CHECK(greeting.at(0).cause == Cause::kSilent);
  const auto data = events_of({waiting + "DATA 354", deferred});
  CHECK(data.at(0).bounce_class == BounceClass::kOther);
}

TEST_CASE("Sendmail: the words of an earlier attempt are no evidence") {
  const std::string first =
      "to=<u@example.org>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=1, relay=mx.example.org. [192.0.2.1], dsn=4.0.0, "
      "stat=Deferred: Connection refused by mx.example.org.";
  const std::string kept =
      "to=<v@example.org>, delay=00:10:00, xdelay=00:00:00, mailer=esmtp, pri=1, relay=mx.example.org., dsn=4.0.0, "
      "stat=Deferred: "
      "Connection refused by mx.example.org.";
  const auto events = events_of({kTag + first, kTag + kept});
  REQUIRE(events.size() == 2);
  CHECK(events[0].bounce_class == BounceClass::kNoAnswer);
  CHECK(events[1].bounce_class == BounceClass::kSuspended);
  // A timeout that took no time was none.
  CHECK(event_of("to=<u@example.org>, delay=00:10:00, xdelay=00:00:00, mailer=esmtp, pri=1, relay=mx.example.org., dsn=4.0.0, "
                 "stat=Deferred: Connection timed out with mx.example.org.")
            .bounce_class == BounceClass::kSuspended);
  // Without an earlier failure the words are an attempt's, though an old Sendmail logs no address.
  CHECK(events_of({kTag + kept}).at(0).bounce_class == BounceClass::kNoAnswer);
}

TEST_CASE("Sendmail: hops of the site's own say nothing of the destination") {
  const auto relay = event_of(
      "to=u@example.org, ctladdr=root (0/0), delay=00:00:01, xdelay=00:00:00, mailer=relay, pri=1, relay=[127.0.0.1] "
      "[127.0.0.1], "
      "dsn=4.0.0, stat=Deferred: Connection refused by [127.0.0.1]");
  CHECK(relay.bounce_class == BounceClass::kOther);
  const auto mailbox = event_of("to=<u@example.org>, delay=00:00:00, mailer=local, pri=1, dsn=2.0.0, stat=Sent");
  CHECK(mailbox.bounce_class == BounceClass::kDelivered);
  CHECK(mailbox.said_by == SaidBy::kLocal);
  CHECK(event_of("to=<u@example.org>, delay=00:00:00, mailer=prog, pri=1, dsn=2.0.0, stat=Sent").bounce_class ==
        BounceClass::kOther);
  CHECK(events_of({kTag + "to=|/usr/bin/procmail, delay=00:00:00, mailer=prog, pri=1, dsn=2.0.0, stat=Sent"}).empty());
}

TEST_CASE("Sendmail: a line of several recipients is an event for each destination") {
  const auto events =
      events_of({kTag + "to=<u@example.org>,<v@example.net>,<w@example.org>, delay=00:00:01, mailer=esmtp, pri=1, "
                        "relay=mx.example.org. [IPv6:2001:db8::1], dsn=2.0.0, stat=Sent (ok)"});
  REQUIRE(events.size() == 2);
  CHECK(events[0].destination.text() == "example.net");
  CHECK(events[1].destination.text() == "example.org");
  CHECK(events[1].address == Address::parse("2001:db8::1"));
}

TEST_CASE("Sendmail: any syslog template will do") {
  const std::string fields =
      "48LC00ab012345: to=<u@example.org>, delay=00:00:01, mailer=esmtp, pri=1, relay=mx.example.org. [192.0.2.1], dsn=4.0.0, "
      "stat=Deferred: Connection refused by mx.example.org.";
  for (const char* start : {"Sep 21 12:00:00 mail sendmail[1]: ", "2026-09-21T12:00:00.123456+00:00 mail sm-msp-queue[1]: ",
                            "Sep 21 12:00:00 mail sendmail[1]: [ID 801593 mail.info] ", "sendmail[1]: ", "Sep 21 12:00:00 mail ",
                            "<22>1 2026-09-21T12:00:00Z mail sendmail 1 - - "}) {
    INFO(start);
    const auto events = events_of({start + fields});
    REQUIRE(events.size() == 1);
    CHECK(events[0].queue_id == "48LC00ab012345");
  }
}

TEST_CASE("Sendmail: words that others chose are no line") {
  const std::string crafted =
      "48LC00ab012345: to=<u@victim.example>, relay=mx.victim.example. [192.0.2.1], stat=Deferred: Connection refused by mx";
  CHECK(events_of({kTag + "ruleset=check_rcpt, arg1=<x>, reject=550 " + crafted}).empty());
  CHECK(events_of({"Sep 21 12:00:00 mail sshd[1]: Invalid user a: b: " + crafted}).empty());
  const auto quoted = attempt("dsn=4.2.0, reply=450 no, stat=Sent, stat=Deferred: 450 no, stat=Sent");
  CHECK(quoted.bounce_class == BounceClass::kBusy);
  const auto local_part = event_of(
      "to=<\"a, stat=Sent, \"@example.org>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=1, relay=mx.example.org. "
      "[192.0.2.1], dsn=4.0.0, "
      "stat=Deferred: Connection refused by mx.example.org.");
  CHECK(local_part.bounce_class == BounceClass::kNoAnswer);
}
