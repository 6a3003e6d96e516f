#include "bounce/postfix.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::bounce;
using namespace std::chrono_literals;

namespace {

const SystemTime kNow = SystemTime(1'700'000'000s);  // 2023-11-14 22:13:20 UTC

std::optional<BounceEvent> smtp(const std::string& rest) {
  return parse_postfix("2023-11-14T22:00:00.123456+00:00 mail postfix/smtp[4242]: 4F1A2B3C4D: to=<user@example.org>, " + rest,
                       kNow);
}

BounceClass class_of(const std::string& rest) {
  const auto event = smtp(rest);
  REQUIRE(event);
  return event->bounce_class;
}

}  // namespace

TEST_CASE("a connection that nobody answers is a no_answer, with its host and address") {
  const auto event = smtp(
      "relay=none, delay=30, delays=0/0/30/0, dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.1]:25: Connection "
      "timed out)");
  REQUIRE(event);
  CHECK(event->bounce_class == BounceClass::kNoAnswer);
  CHECK(event->destination.text() == "example.org");
  CHECK(event->queue_id == "4F1A2B3C4D");
  CHECK(event->host == "mx.example.org");
  CHECK(event->address == Address::parse("192.0.2.1"));
  CHECK(event->enhanced_code == "4.4.1");
  CHECK(event->time == SystemTime(1'699'999'200s));
}

TEST_CASE("each event has its class") {
  CHECK(class_of("relay=none, dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.1]:25: Connection refused)") ==
        BounceClass::kNoAnswer);
  CHECK(class_of("relay=mx.example.org[192.0.2.1]:25, dsn=4.4.2, status=deferred (lost connection with mx.example.org[192.0.2.1] "
                 "while receiving the initial server greeting)") == BounceClass::kNoAnswer);
  CHECK(class_of("relay=mx.example.org[192.0.2.1]:25, dsn=4.4.2, status=deferred (conversation with mx.example.org[192.0.2.1] "
                 "timed out while receiving the initial server greeting)") == BounceClass::kNoAnswer);
  CHECK(class_of("relay=mx.example.org[192.0.2.1]:25, dsn=4.4.2, status=deferred (lost connection with mx.example.org[192.0.2.1] "
                 "while sending end of data)") == BounceClass::kOther);
  CHECK(class_of("relay=none, dsn=4.4.3, status=deferred (Host or domain name not found. Name service error for name=example.org "
                 "type=MX: Host not found, try again)") == BounceClass::kDnsTemporary);
  CHECK(class_of("relay=none, dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name=example.org "
                 "type=A: Host not found)") == BounceClass::kDnsPermanent);
  CHECK(class_of("relay=mx.example.org[192.0.2.1]:25, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued)") == BounceClass::kDelivered);
  CHECK(class_of("relay=mx.example.org[192.0.2.1]:25, dsn=4.3.2, status=deferred (host mx.example.org[192.0.2.1] refused to talk "
                 "to me: 421 4.3.2 busy)") == BounceClass::kBusy);
  CHECK(class_of("relay=none, dsn=4.4.1, status=deferred (delivery temporarily suspended: connect to "
                 "mx.example.org[192.0.2.1]:25: Connection timed out)") == BounceClass::kSuspended);
  CHECK(class_of("relay=none, dsn=4.3.2, status=deferred (deferred transport)") == BounceClass::kSuspended);
}

TEST_CASE("what the remote host said is its reply, whatever words it uses") {
  CHECK(class_of("relay=mx.example.org[192.0.2.1]:25, dsn=4.4.1, status=deferred (host mx.example.org[192.0.2.1] said: 451 4.4.1 "
                 "connect to next[10.0.0.1]:25: Connection refused (in reply to end of DATA command))") == BounceClass::kBusy);
  CHECK(class_of("relay=mx.example.org[192.0.2.1]:25, dsn=5.4.1, status=bounced (host mx.example.org[192.0.2.1] said: 550 5.4.1 "
                 "Recipient address rejected: Access denied (in reply to RCPT TO command))") == BounceClass::kRejected);
}

TEST_CASE("a hop of our own says nothing about the destination") {
  CHECK(class_of("relay=none, dsn=4.4.1, status=deferred (connect to 127.0.0.1[127.0.0.1]:10024: Connection refused)") ==
        BounceClass::kOther);
  CHECK(class_of("relay=127.0.0.1[127.0.0.1]:10024, dsn=2.0.0, status=sent (250 2.0.0 from MTA)") == BounceClass::kOther);
}

TEST_CASE("any syslog template and instance name will do") {
  for (const char* start : {"Nov 14 22:00:00 mail postfix/smtp[1]: ", "Nov  4 22:00:00 mail postfix-out/smtp[1]: ",
                            "<22>1 whatever postfix/smtp[1]: ", "postfix/smtp[1]: "}) {
    const auto event = parse_postfix(
        std::string(start) +
            "ABC: to=<a@example.org>, relay=none, dsn=4.4.1, status=deferred (connect to mx[192.0.2.1]:25: Connection timed out)",
        kNow);
    REQUIRE(event);
    CHECK(event->bounce_class == BounceClass::kNoAnswer);
  }
}

TEST_CASE("the destination is the recipient's domain, behind the last @") {
  const auto domain = [](const std::string& recipient) {
    const auto event =
        parse_postfix("postfix/smtp[1]: ABC: to=<" + recipient +
                          ">, orig_to=<x@other.example>, relay=none, dsn=4.4.1, status=deferred (connect to mx[192.0.2.1]:25: x)",
                      kNow);
    return event ? event->destination.text() : "";
  };
  CHECK(domain("a@Example.ORG") == "example.org");
  CHECK(domain("\"a@b\"@example.org") == "example.org");
  CHECK(domain("a@[192.0.2.1]") == "");
  CHECK(domain("postmaster") == "");
  CHECK(domain("a@b c") == "");
}

TEST_CASE("other lines are nothing, and hostile ones do no harm") {
  for (const std::string& line :
       {std::string(), std::string("postfix/smtp[1]: "),
        std::string("postfix/smtp[1]: connect to mx[192.0.2.1]:25: Connection timed out"),
        std::string("postfix/qmgr[1]: ABC: removed"), std::string("sshd[1]: to=<a@b>, status=deferred (x)"),
        std::string(100'000, 'x'), std::string("postfix/smtp[1]: ABC: to=<a@example.org"),
        std::string("postfix/smtp[1]: ABC: to=<a@example.org>, status=")}) {
    CHECK_FALSE(parse_postfix(line, kNow));
  }
}
