#include "bounce/log_parser.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::bounce;
using namespace std::chrono_literals;

namespace {

const SystemTime kNow{1'790'000'000s};

std::vector<BounceEvent> events_of(const std::vector<std::string>& lines) {
  const auto parser = make_qmail_parser();
  std::vector<BounceEvent> events;
  for (const auto& line : lines) parser->take(line, kNow, [&](const BounceEvent& event) { events.push_back(event); });
  return events;
}

BounceEvent outcome(const std::string& result, const std::string& stamp = "") {
  const auto events =
      events_of({stamp + "starting delivery 7: msg 123 to remote u@example.org", stamp + "delivery 7: " + result});
  REQUIRE(events.size() == 1);
  return events.front();
}

}  // namespace

TEST_CASE("qmail: the line of the result has the recipient of the line that began it") {
  const auto event = outcome("deferral: Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/");
  CHECK(event.bounce_class == BounceClass::kNoAnswer);
  CHECK(event.destination.text() == "example.org");
  CHECK(event.queue_id == "123");
  CHECK(event.enhanced_code == "4.4.1");
}

TEST_CASE("qmail: each event has its class") {
  CHECK(outcome("success: 192.0.2.1_accepted_message./Remote_host_said:_250_ok/").bounce_class == BounceClass::kDelivered);
  CHECK(outcome("deferral: Connected_to_192.0.2.1_but_connection_died._(#4.4.2)/").cause == Cause::kDropped);
  CHECK(outcome("deferral: Connected_to_192.0.2.1_but_connection_died._Possible_duplicate!_(#4.4.2)/").bounce_class ==
        BounceClass::kOther);
  CHECK(outcome("deferral: CNAME_lookup_failed_temporarily._(#4.4.3)/").bounce_class == BounceClass::kDnsTemporary);
  CHECK(outcome("failure: Sorry,_I_couldn't_find_any_host_named_example.org._(#5.1.2)/").bounce_class ==
        BounceClass::kDnsPermanent);
  CHECK(outcome("failure: Unable_to_contact_LDAP_server._(#4.4.3)/").bounce_class == BounceClass::kOther);
  CHECK(
      outcome("failure: "
              "Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/I'm_not_going_to_try_again;_this_message_has_been_"
              "in_the_queue_too_long./")
          .bounce_class == BounceClass::kNoAnswer);
}

// A host not found is a lookup that may succeed later, under a code that says the address is bad.
TEST_CASE("qmail: a host that it could not find \"by that name\" is a DNS failure that may pass") {
  CHECK(outcome("deferral: Sorry,_I_couldn't_find_any_host_by_that_name._(#4.1.2)/").bounce_class == BounceClass::kDnsTemporary);
}

TEST_CASE("qmail: what the remote host said is its own, with the address it was said at") {
  const auto event =
      outcome("deferral: Connected_to_192.0.2.1_but_greeting_failed./Remote_host_said:_421_4.7.0_connection_refused/");
  CHECK(event.bounce_class == BounceClass::kBusy);
  CHECK(event.said_by == SaidBy::kRemote);
  CHECK(event.reply_code == 421);
  CHECK(event.address == Address::parse("192.0.2.1"));
}

TEST_CASE("qmail: multilog's, splogger's and syslog's stamps are read") {
  const std::string result = "success: ok/";
  CHECK(outcome(result, "@4000000065e1a1b40000000c ").time == SystemTime(1'709'285'802s + 12ns));
  CHECK(outcome(result, "Mar  1 10:00:00 mail qmail: 1709283600.123456 ").time == SystemTime(1'709'283'600s));
  CHECK(outcome(result, "2024-03-01 09:00:00.123456500 ").time.has_value());
}

TEST_CASE("qmail: local deliveries and results of unknown deliveries are no event") {
  CHECK(events_of({"starting delivery 7: msg 123 to local u@example.org", "delivery 7: success: did_0+0+1/"}).empty());
  CHECK(events_of({"delivery 8: deferral: Sorry,_I_wasn't_able_to_establish_an_SMTP_connection._(#4.4.1)/"}).empty());
}

TEST_CASE("qmail: numbers count from 1 again after a restart") {
  const auto events = events_of({"starting delivery 1: msg 5 to remote u@old.example", "status: exiting",
                                 "starting delivery 1: msg 6 to remote u@new.example", "delivery 1: success: ok/"});
  REQUIRE(events.size() == 1);
  CHECK(events[0].destination.text() == "new.example");
}
