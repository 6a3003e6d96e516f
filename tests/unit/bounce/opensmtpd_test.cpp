#include "bounce/log_parser.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::bounce;

namespace {

const SystemTime kNow{std::chrono::seconds(1'790'000'000)};
const std::string kTag = "Sep 21 12:00:00 mail smtpd[4242]: ";

std::vector<BounceEvent> events_of(const std::vector<std::string>& lines) {
  const auto parser = make_opensmtpd_parser();
  std::vector<BounceEvent> events;
  for (const auto& line : lines) parser->take(kTag + line, kNow, [&](const BounceEvent& event) { events.push_back(event); });
  return events;
}

BounceEvent event_of(const std::vector<std::string>& lines) {
  const auto events = events_of(lines);
  REQUIRE(events.size() == 1);
  return events.front();
}

std::string delivery(const std::string& session, const std::string& relay, const std::string& result, const std::string& stat) {
  return session +
         " mta delivery evpid=aeed4073abfa984b from=<me@here.example> to=<u@example.org> rcpt=<-> source=\"-\" relay=\"" + relay +
         "\" delay=1s result=\"" + result + "\" stat=\"" + stat + "\"";
}

const std::string kNoSession = "0000000000000000";
const std::string kSession = "1f850bc472276d68";
const std::string kNoRoute = "smtp-out: No valid route for [connector:[]->[relay:example.org,smtp],0x0]";

}  // namespace

TEST_CASE("OpenSMTPD: a delivery without a session has the host and cause of the route that was disabled") {
  const auto event = event_of({kSession + " mta connecting address=smtp://192.0.2.10:25 host=mx.example.org",
                               kSession + " mta error reason=Connection timeout",
                               "smtp-out: Disabling route [] <-> 192.0.2.10 (mx.example.org) for 15s", kNoRoute,
                               delivery(kNoSession, "example.org", "TempFail", "Network error on destination MXs")});
  CHECK(event.bounce_class == BounceClass::kNoAnswer);
  CHECK(event.cause == Cause::kTimeout);
  CHECK(event.host == "mx.example.org");
  CHECK(event.address == Address::parse("192.0.2.10"));
  CHECK(event.queue_id == "aeed4073abfa984b");
}

TEST_CASE("OpenSMTPD: a greeting that refuses is the host's own reply") {
  const auto event =
      event_of({kSession + " mta connecting address=smtp://[2001:db8::1]:25 host=mx.example.org", kSession + " mta connected",
                kSession + " mta error reason=BANNER rejected: 421 4.7.0 Try again later",
                "smtp-out: Disabling route [] <-> 2001:db8::1 (mx.example.org) for 15s", kNoRoute,
                delivery(kNoSession, "example.org", "TempFail", "Network error on destination MXs")});
  CHECK(event.bounce_class == BounceClass::kBusy);
  CHECK(event.said_by == SaidBy::kRemote);
  CHECK(event.reply_code == 421);
  CHECK(event.address == Address::parse("2001:db8::1"));
}

TEST_CASE("OpenSMTPD: routes of others, disabled in other ways, are not the destination's") {
  const auto event = event_of({kSession + " mta connecting address=smtp://192.0.2.10:25 host=mx.other.example",
                               kSession + " mta error reason=IO Error: Connection refused",
                               "smtp-out: Disabling route [] <-> 192.0.2.10 (mx.other.example) for 15s",
                               "1f850bc472276d69 mta connecting address=smtp://192.0.2.11:25 host=mx.third.example",
                               "1f850bc472276d69 mta error reason=BANNER rejected: 554 no",
                               "smtp-out: Disabling route [] <-> 192.0.2.11 (mx.third.example) for 15s", kNoRoute,
                               delivery(kNoSession, "example.org", "TempFail", "Network error on destination MXs")});
  CHECK(event.bounce_class == BounceClass::kNoAnswer);
  CHECK_FALSE(event.cause);
  CHECK(event.host.empty());
}

TEST_CASE("OpenSMTPD: each event has its class") {
  const auto class_of = [](const std::string& session, const std::string& result, const std::string& stat) {
    return event_of({delivery(session, session == kNoSession ? "example.org" : "192.0.2.10 (mx.example.org)", result, stat)})
        .bounce_class;
  };
  CHECK(class_of(kSession, "Ok", "250 2.0.0 queued") == BounceClass::kDelivered);
  CHECK(class_of(kSession, "TempFail", "450 4.2.0 greylisted") == BounceClass::kBusy);
  CHECK(class_of(kSession, "PermFail", "550 5.1.1 Connection refused: no such user") == BounceClass::kRejected);
  CHECK(class_of(kSession, "TempFail", "Connection closed unexpectedly") == BounceClass::kOther);  // after the handshake
  CHECK(class_of(kNoSession, "TempFail", "Temporary failure in MX lookup") == BounceClass::kDnsTemporary);
  CHECK(class_of(kNoSession, "PermFail", "Domain does not exist") == BounceClass::kDnsPermanent);
  CHECK(class_of(kNoSession, "Expired", "Envelope expired") == BounceClass::kOther);
}

TEST_CASE("OpenSMTPD: up to 6.3 each line has an \"event=\"") {
  CHECK(event_of({kSession +
                  " mta event=delivery evpid=aeed4073abfa984b from=<me@here.example> to=<u@example.org> rcpt=<-> "
                  "source=\"10.0.0.1\" relay=\"192.0.2.10 (mx.example.org)\" delay=1s result=\"PermFail\" stat=\"550 5.1.1 no\""})
            .bounce_class == BounceClass::kRejected);
}

TEST_CASE("OpenSMTPD: up to 5.9 a delivery is a line that begins with \"relay:\"") {
  const auto event =
      event_of({"smtp-out: Connecting to smtp://192.0.2.10:25 (mx.example.org) on session 1f850bc472276d68...",
                "smtp-out: Error on session 1f850bc472276d68: Connection timeout",
                "smtp-out: Disabling route [] <-> 192.0.2.10 (mx.example.org) for 15s", kNoRoute,
                "relay: TempFail for aeed4073abfa984b: session=0000000000000000, from=<me@here.example>, to=<u@example.org>, "
                "rcpt=<u@example.org>, source=-, relay=example.org, delay=4s, stat=Network error on destination MXs"});
  CHECK(event.bounce_class == BounceClass::kNoAnswer);
  CHECK(event.cause == Cause::kTimeout);
  CHECK(event.queue_id == "aeed4073abfa984b");
  CHECK(event_of({"relay: Ok for aeed4073abfa984b: from=<me@here.example>, to=<u@example.org>, relay=192.0.2.10 (mx.example.org) "
                  "delay=1s, "
                  "stat=250 2.0.0 queued"})
            .bounce_class == BounceClass::kDelivered);
}

TEST_CASE("OpenSMTPD: words that others chose are no line") {
  const auto crafted = delivery(kNoSession, "example.org", "TempFail", "Network error on destination MXs");
  CHECK(events_of({kSession + " smtp bad-command cmd=\"HELO " + crafted + "\""}).empty());
  const auto event = event_of(
      {kSession + " mta delivery evpid=aeed4073abfa984b from=<me@here.example> "
                  "to=<\"a> rcpt=<-> source=x result=\"@example.org> rcpt=<-> source=\"-\" relay=\"192.0.2.1 (mx)\" delay=1s "
                  "result=\"PermFail\" stat=\"550 result=\"Ok\" stat=\"250 ok\""});
  CHECK(event.destination.text() == "example.org");
  CHECK(event.bounce_class == BounceClass::kRejected);
}
