#include "health/destination_health.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::health;

namespace {

Now at(int second) { return {SteadyTime(std::chrono::seconds(second)), SystemTime(std::chrono::seconds(second))}; }

Address ip(const char* text) { return *Address::parse(text); }

MxHost host(const char* name, std::uint16_t preference, std::vector<Address> addresses) {
  MxHost result;
  result.name = *DomainName::parse(name);
  result.preference = preference;
  result.addresses = std::move(addresses);
  return result;
}

// A primary on two addresses and a backup on one, thresholds 1: each result decides.
struct Example {
  MxSet set;
  AddressBook book{Thresholds{1, 1}};
  NoAnswerStreak lookups;

  Example() {
    set.destination = *DomainName::parse("example.org");
    set.hosts = {host("mx1.example.org", 10, {ip("192.0.2.1"), ip("2001:db8::1")}),
                 host("mx2.example.org", 20, {ip("192.0.2.2")})};
  }

  void result(const char* address, Cause cause, int second = 1, bool no_route = false) {
    ProbeResult probe;
    probe.cause = cause;
    probe.no_route = no_route;
    book.record(ip(address), probe, at(second));
  }

  DestinationHealth assessed() const { return assess(set, book, lookups); }
};

}  // namespace

TEST_CASE("a destination is available when one address of a most preferred host is ready") {
  Example example;
  example.result("192.0.2.1", Cause::kReady);
  example.result("2001:db8::1", Cause::kTimeout);
  example.result("192.0.2.2", Cause::kTimeout);
  CHECK(example.assessed().verdict == Verdict::kAvailable);
  CHECK(example.assessed().streak == 0);
}

TEST_CASE("a destination is backup_only when only a less preferred host is ready, and says why the primary is not") {
  Example example;
  example.result("192.0.2.1", Cause::kRefused);
  example.result("2001:db8::1", Cause::kTimeout);
  example.result("192.0.2.2", Cause::kReady);
  CHECK(example.assessed().verdict == Verdict::kBackupOnly);
  CHECK(example.assessed().cause == Cause::kRefused);
}

TEST_CASE("a destination is refusing when somebody answers and nobody is ready") {
  Example example;
  example.result("192.0.2.1", Cause::kTimeout);
  example.result("2001:db8::1", Cause::kTimeout);
  example.result("192.0.2.2", Cause::kBusy);
  CHECK(example.assessed().verdict == Verdict::kRefusing);
  CHECK(example.assessed().cause == Cause::kBusy);
}

TEST_CASE("a destination is unavailable since its last address fell silent, with the shortest streak") {
  Example example;
  for (int second = 1; second <= 5; ++second) example.result("192.0.2.1", Cause::kTimeout, second);
  for (int second = 3; second <= 5; ++second) example.result("2001:db8::1", Cause::kTimeout, second);
  for (int second = 4; second <= 5; ++second) example.result("192.0.2.2", Cause::kRefused, second);
  const auto health = example.assessed();
  CHECK(health.verdict == Verdict::kUnavailable);
  CHECK(health.streak == 2);
  CHECK(health.since == at(4).system);
}

TEST_CASE("a family without a route here does not speak for the host") {
  Example example;
  example.result("192.0.2.1", Cause::kTimeout);
  example.result("2001:db8::1", Cause::kLocalError, 1, true);
  example.result("192.0.2.2", Cause::kTimeout);
  CHECK(example.assessed().verdict == Verdict::kUnavailable);
}

TEST_CASE("a destination is unknown while an address that could be ready was not asked") {
  Example example;
  CHECK(example.assessed().verdict == Verdict::kUnknown);
  example.result("192.0.2.1", Cause::kTimeout);
  example.result("192.0.2.2", Cause::kTimeout);
  CHECK(example.assessed().verdict == Verdict::kUnknown);
  example.result("2001:db8::1", Cause::kLocalError);
  CHECK(example.assessed().verdict == Verdict::kUnknown);
  CHECK(example.assessed().cause == Cause::kLocalError);
}

TEST_CASE("a destination is unknown when none of its addresses may be connected to") {
  Example example;
  for (const char* address : {"192.0.2.1", "2001:db8::1", "192.0.2.2"}) example.result(address, Cause::kDeniedAddress);
  CHECK(example.assessed().verdict == Verdict::kUnknown);
  CHECK(example.assessed().cause == Cause::kDeniedAddress);
}

TEST_CASE("an address that was left out and is asked after all leaves the verdict open until it is told what came of it") {
  for (const bool no_route : {false, true}) {
    Example example;
    example.result("192.0.2.1", no_route ? Cause::kLocalError : Cause::kDeniedAddress, 1, no_route);
    example.result("2001:db8::1", Cause::kTimeout);
    example.result("192.0.2.2", Cause::kTimeout);
    CHECK(example.assessed().verdict == Verdict::kUnavailable);
    example.book.asked(ip("192.0.2.1"));
    CHECK(example.assessed().verdict == Verdict::kUnknown);
    example.book.asked(ip("2001:db8::1"));  // silent as it is
    example.result("192.0.2.1", Cause::kTimeout);
    CHECK(example.assessed().verdict == Verdict::kUnavailable);
  }
}

TEST_CASE("facts of the domain make it undeliverable, whatever its hosts did before") {
  Example example;
  example.result("192.0.2.1", Cause::kReady);
  for (const Cause cause : {Cause::kNullMx, Cause::kNoSuchDomain, Cause::kNoAddress}) {
    example.set.failure = cause;
    CHECK(example.assessed().verdict == Verdict::kUndeliverable);
    CHECK(example.assessed().cause == cause);
  }
}

TEST_CASE("a lookup that fails is a no-answer of the destination, a dead resolver says nothing") {
  Example example;
  example.set.failure = Cause::kDnsTemporary;
  CHECK(example.assessed().verdict == Verdict::kUnknown);
  example.lookups.record(Outcome::kNoAnswer, Thresholds{1, 1}, at(7));
  CHECK(example.assessed().verdict == Verdict::kUnavailable);
  CHECK(example.assessed().since == at(7).system);
  example.set.failure = Cause::kResolverDown;
  CHECK(example.assessed().verdict == Verdict::kUnknown);
}

TEST_CASE("every host is asked before any host is asked twice, and at most eight addresses") {
  MxSet set;
  for (int i = 0; i < 6; ++i) {
    const auto digit = std::to_string(i);
    set.hosts.push_back(host(("mx" + digit + ".example.org").c_str(), 10,
                             {ip(("192.0.2." + digit).c_str()), ip(("198.51.100." + digit).c_str())}));
  }
  const auto asked = asked_addresses(set);
  REQUIRE(asked.size() == kAddressesMax);
  for (std::size_t i = 0; i < set.hosts.size(); ++i) {
    CHECK(std::any_of(asked.begin(), asked.end(), [&](const Asked& one) { return one.host == i; }));
  }
}

TEST_CASE("an address that two hosts share is asked once") {
  MxSet set;
  set.hosts = {host("a.example.org", 10, {ip("192.0.2.1")}), host("b.example.org", 20, {ip("192.0.2.1")})};
  CHECK(asked_addresses(set).size() == 1);
}

TEST_CASE("that a host answers is known while the verdict waits for another that was not asked yet") {
  Example example;
  example.result("192.0.2.1", Cause::kBusy);
  example.result("2001:db8::1", Cause::kTimeout);
  CHECK(example.assessed().verdict == Verdict::kUnknown);
  CHECK(example.assessed().answers);
}

TEST_CASE("a silence is as fresh as its newest no-answer") {
  Example example;
  example.result("192.0.2.1", Cause::kRefused, 5);
  example.result("2001:db8::1", Cause::kTimeout, 9);
  example.result("192.0.2.2", Cause::kTimeout, 7);
  CHECK(example.assessed().verdict == Verdict::kUnavailable);
  CHECK_FALSE(example.assessed().answers);
  CHECK(example.assessed().heard == at(9).steady);
}
