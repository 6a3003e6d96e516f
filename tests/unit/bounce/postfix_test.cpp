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

bool reads_no_answer_behind(const std::string& start) {
  const auto event = parse_postfix(
      start +
          "ABC: to=<a@example.org>, relay=none, dsn=4.4.1, status=deferred (connect to mx[192.0.2.1]:25: Connection timed out)",
      kNow);
  return event && event->bounce_class == BounceClass::kNoAnswer;
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

TEST_CASE("a server that turns a login down has said so, whatever words it uses") {
  const auto event = smtp(
      "relay=out.example.net[192.0.2.5]:587, dsn=4.7.8, status=deferred (SASL authentication failed; server "
      "out.example.net[192.0.2.5] said: 535 5.7.8 connection refused for this account)");
  REQUIRE(event);
  CHECK(event->bounce_class == BounceClass::kRejected);
  CHECK(event->said_by == SaidBy::kRemote);
  CHECK(event->reply_code == 535);
  CHECK(event->host == "out.example.net");
}

TEST_CASE("a resolver's words are read in every C library's own") {
  for (const char* words : {"Name or service not known", "nodename nor servname provided, or not known",
                            "hostname nor servname provided, or not known", "Name does not resolve"})
    CHECK(class_of(std::string("relay=none, dsn=5.4.4, status=bounced (unable to look up host example.org: ") + words + ")") ==
          BounceClass::kDnsPermanent);
  for (const char* words : {"No address associated with hostname", "Name has no usable address"})
    CHECK(smtp(std::string("relay=none, dsn=5.4.4, status=bounced (unable to look up host example.org: ") + words + ")")->cause ==
          Cause::kNoAddress);
  for (const char* words : {"Temporary failure in name resolution", "Try again", "Non-recoverable failure in name resolution",
                            "Non-recoverable error"})
    CHECK(class_of(std::string("relay=none, dsn=4.4.3, status=deferred (unable to look up host example.org: ") + words + ")") ==
          BounceClass::kDnsTemporary);
  CHECK(class_of("relay=none, status=deferred (Name service error for name=example.org type=MX: Malformed name server reply)") ==
        BounceClass::kDnsTemporary);
}

TEST_CASE("a name that holds words of Postfix' is only a name") {
  const auto refused =
      smtp("relay=none, dsn=4.4.1, status=deferred (connect to certificate.nullmx.example[192.0.2.1]:25: Connection refused)");
  CHECK(refused->cause == Cause::kRefused);
  CHECK(refused->host == "certificate.nullmx.example");
  CHECK(smtp("relay=mx.starttls.example[192.0.2.1]:25, dsn=4.4.2, status=deferred (lost connection with "
             "mx.starttls.example[192.0.2.1] while receiving the initial server greeting)")
            ->cause == Cause::kDropped);
  CHECK(
      smtp("relay=none, dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name=nullmx.example.org "
           "type=A: Host not found)")
          ->cause == Cause::kNoAddress);
}

TEST_CASE("a hop of our own says nothing about the destination") {
  CHECK(class_of("relay=none, dsn=4.4.1, status=deferred (connect to 127.0.0.1[127.0.0.1]:10024: Connection refused)") ==
        BounceClass::kOther);
  CHECK(class_of("relay=127.0.0.1[127.0.0.1]:10024, dsn=2.0.0, status=sent (250 2.0.0 from MTA)") == BounceClass::kOther);
}

TEST_CASE("any syslog template and instance name will do") {
  for (const char* start :
       {"Nov 14 22:00:00 mail postfix/smtp[1]: ", "Nov  4 22:00:00 mail postfix-out/smtp[1]: ",
        "<22>1 whatever postfix/smtp[1]: ", "postfix/smtp[1]: ", "2023-11-14 22:00:00 mail postfix/relay/smtp[1]: ",
        "mail-1  | Nov 14 22:00:00 mail postout/smtp[1]: ", "<22>1 2023-11-14T22:00:00Z mail postfix/smtp 1 - - ",
        "<22>1 2023-11-14T22:00:00Z mail postfix/smtp 1 - [meta sequenceId=\"1\"] ",
        "Nov 14 22:00:00 mail postfix/smtp[1]: [ID 197553 mail.info] ", "Nov 14 22:00:00 mail postfix/smtp: "}) {
    INFO(start);
    CHECK(reads_no_answer_behind(start));
  }
}

TEST_CASE("a line that a container's syslog driver passed on is read as the container wrote it") {
  for (const char* start : {"Nov 14 23:30:00 node docker/4f1a2b[900]: Nov 14 22:00:00 mail postfix/smtp[1]: ",
                            "2023-11-14T23:30:00+01:00 node mail-1[900]: 2023-11-14T22:00:00.5+00:00 mail postfix/smtp[1]: ",
                            "Nov 14 22:00:00 node journal: postfix/smtp[1]: ", "Nov 14 22:00:00 mail.info: postfix/smtp[1]: "}) {
    INFO(start);
    CHECK(reads_no_answer_behind(start));
  }
}

TEST_CASE("the destination is the recipient's domain, behind the last @") {
  const auto domain = [](const std::string& recipient) {
    const auto event =
        parse_postfix("postfix/smtp[1]: ABC: to=<" + recipient +
                          ">, orig_to=<x@other.example>, relay=none, dsn=4.4.1, status=deferred (connect to mx[192.0.2.1]:25: x)",
                      kNow);
    return event ? std::string(event->destination.text()) : "";
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

TEST_CASE("the host is named wherever Postfix names it") {
  const auto lost = smtp(
      "relay=none, dsn=4.4.2, status=deferred (lost connection with mx.example.org[192.0.2.9] while receiving the initial server "
      "greeting)");
  CHECK(lost->host == "mx.example.org");
  CHECK(lost->address == Address::parse("192.0.2.9"));
  const auto suspended = smtp(
      "relay=none, dsn=4.7.0, status=deferred (delivery temporarily suspended: host mx.example.org[2001:db8::9] refused to talk "
      "to me: 421 no)");
  CHECK(suspended->address == Address::parse("2001:db8::9"));
  CHECK(suspended->cause == Cause::kBusy);
}

TEST_CASE("words of releases before 2.3, without a code, are told apart too") {
  CHECK(smtp("relay=none, delay=30, status=deferred (connect to mx.example.org[192.0.2.1]: Connection timed out)")->cause ==
        Cause::kTimeout);
  CHECK(smtp("relay=none, delay=30, status=deferred (connect to mx.example.org[192.0.2.1]: server dropped connection without "
             "sending the "
             "initial SMTP greeting)")
            ->cause == Cause::kDropped);
  CHECK(smtp("relay=none, delay=30, status=deferred (connect to mx.example.org[192.0.2.1]: read timeout)")->cause ==
        Cause::kSilent);
  CHECK(class_of("relay=none, delay=30, status=bounced (Name service error for example.org: Host not found)") ==
        BounceClass::kDnsPermanent);
  const auto refused = smtp(
      "relay=none, delay=30, status=deferred (connect to mx.example.org[192.0.2.1]: server refused to talk to me: 421 too many "
      "connections from you  (port 25))");
  CHECK(refused->bounce_class == BounceClass::kBusy);
  CHECK(refused->said_by == SaidBy::kRemote);
  CHECK(refused->reply_code == 421);
  CHECK(refused->address == Address::parse("192.0.2.1"));
}

TEST_CASE("the queue manager of releases before 2.3 puts mail off itself") {
  const auto event = parse_postfix(
      "Nov 14 22:00:00 mail postfix/qmgr[1]: ABC: to=<u@example.org>, orig_to=<list@here.example>, relay=none, delay=64, "
      "status=deferred (delivery temporarily suspended: connect to mx.example.org[192.0.2.1]: Connection timed out) ",
      kNow);
  REQUIRE(event);
  CHECK(event->bounce_class == BounceClass::kSuspended);
  CHECK(event->cause == Cause::kTimeout);
  CHECK(event->text.ends_with("timed out"));
}

TEST_CASE("a name that could not be looked up is a host's, not the destination's, when it is another") {
  const auto relay = smtp(
      "relay=none, dsn=4.4.3, status=deferred (Host or domain name not found. Name service error for name=relay.example.net "
      "type=A: Host not found, try again)");
  CHECK(relay->bounce_class == BounceClass::kDnsTemporary);
  CHECK(relay->host == "relay.example.net");
  const auto own = smtp(
      "relay=none, dsn=4.4.3, status=deferred (Host or domain name not found. Name service error for name=example.org type=MX: "
      "Host not found, try again)");
  CHECK(own->host.empty());
  const auto missing = smtp(
      "relay=none, dsn=5.4.4, status=bounced (Host or domain name not found. Name service error for name=mx.example.org "
      "type=A: Host not found)");
  CHECK(missing->cause == Cause::kNoAddress);
}

TEST_CASE("an error of this machine is not the host's silence") {
  for (const char* error : {"Permission denied", "Operation not permitted", "Cannot assign requested address",
                            "Too many open files", "Too many open files in system", "Cannot allocate memory",
                            "Address family not supported by protocol", "Invalid argument", "Network is down"})
    CHECK(class_of(std::string("relay=none, dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.1]:25: ") + error +
                   ")") == BounceClass::kOther);
  CHECK(class_of("relay=none, dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.1]:25: Zeit\xc3\xbc"
                 "berschreitung der Verbindung)") == BounceClass::kNoAnswer);  // the words of a machine that speaks German
}

TEST_CASE("mailboxes, programs and LMTP say nothing of the destination's hosts") {
  const auto by = [](const std::string& program, const std::string& rest) {
    const auto event = parse_postfix("Nov 14 22:00:00 mail postfix/" + program + "[1]: ABC: to=<u@example.org>, " + rest, kNow);
    REQUIRE(event);
    return event->bounce_class;
  };
  CHECK(by("lmtp",
           "relay=mail[private/dovecot-lmtp], dsn=4.4.1, status=deferred (connect to mail[private/dovecot-lmtp]: Connection "
           "refused)") == BounceClass::kOther);
  CHECK(by("lmtp",
           "relay=mail[private/dovecot-lmtp], dsn=5.1.1, status=bounced (host mail[private/dovecot-lmtp] said: 550 5.1.1 no such "
           "user)") == BounceClass::kRejected);
  CHECK(by("pipe", "relay=filter, dsn=2.0.0, status=sent (delivered via filter service)") == BounceClass::kOther);
  CHECK(by("local", "relay=local, dsn=2.0.0, status=sent (delivered to mailbox)") == BounceClass::kDelivered);
  CHECK(by("smtp", "relay=127.0.0.1[127.0.0.1]:10024, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as DEF)") ==
        BounceClass::kOther);
}

TEST_CASE("a recipient that holds the fields of a line is only a recipient") {
  const auto quoted = parse_postfix(
      "Nov 14 22:00:00 mail postfix/smtp[1]: ABC: to=<\"a@victim.example>, relay=none, dsn=2.0.0, status=sent (x\"@example.org>, "
      "relay=none, "
      "dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.1]:25: Connection refused)",
      kNow);
  REQUIRE(quoted);
  CHECK(quoted->destination.text() == "example.org");
  CHECK(quoted->bounce_class == BounceClass::kNoAnswer);
  // Before 3.5 without the quotes: whose it is cannot be told, so it is nobody's.
  CHECK_FALSE(
      parse_postfix("Nov 14 22:00:00 mail postfix/smtp[1]: ABC: to=<a@victim.example>, relay=none, dsn=4.4.1, status=deferred "
                    "(connect to x[192.0.2.1]:25: "
                    "Connection refused)@example.org>, relay=mx.example.org[192.0.2.2]:25, dsn=2.0.0, status=sent (250 ok)",
                    kNow));
}

TEST_CASE("a tag or a queue id that others wrote is none") {
  const std::string crafted =
      "postfix/smtp[1]: ABC: to=<u@victim.example>, relay=none, dsn=4.4.1, status=deferred (connect to mx[192.0.2.1]:25: "
      "Connection refused)";
  for (const std::string start :
       {"Nov 14 22:00:00 mail postfix/smtpd[1]: ABC: client=x, helo=<",
        "Nov 14 22:00:00 mail postfix/cleanup[1]: ABC: warning: header Subject: ", "Nov 14 22:00:00 mail sshd[1]: Invalid user ",
        "Nov 14 22:00:00 mail postfix/smtp[1]: warning: ", "Nov 14 22:00:00 mail dovecot: imap-login: ",
        "Nov 14 22:00:00 mail postfix/smtp[1]: ABC: host mx[192.0.2.1] said: 450 ",
        "Nov 14 22:00:00 mail postfix/smtpd[1]: improper command pipelining after HELO from x[192.0.2.1]: ",
        "Nov 14 22:00:00 mail app[1]: user Nov 14 22:00:00 mail ", "Nov 14 22:00:00 mail app[1]: odd]: ",
        "Nov 14 22:00:00 mail app[1]: []: ", "Nov 14 22:00:00 mail app[1]: ]: ", "Nov 14 22:00:00 mail app[1]: Nov]: "}) {
    INFO(start);
    CHECK_FALSE(parse_postfix(start + crafted, kNow));
  }
  CHECK_FALSE(
      parse_postfix("Nov 14 22:00:00 mail postfix/smtp[1]: A B: to=<u@victim.example>, relay=none, status=sent (250 ok)", kNow));
}

TEST_CASE("a host whose reply reads like a line is heard as what it said") {
  const std::string forged =
      "to=<a@victim.example>, relay=none, dsn=4.4.1, status=deferred (connect to x[192.0.2.1]:25: Connection timed out)";
  CHECK(class_of("relay=mx.example.org[192.0.2.1]:25, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as ABC: " + forged + ")") ==
        BounceClass::kDelivered);
  CHECK(
      class_of(
          "relay=mx.example.org[192.0.2.1]:25, dsn=4.4.1, status=deferred (host mx.example.org[192.0.2.1] said: 451 4.4.1 ABC: " +
          forged + " (in reply to RCPT TO command))") == BounceClass::kBusy);
}
