#include "watch/watchlist.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::watch;
using namespace std::chrono_literals;

namespace {

const DomainName kExample = *DomainName::parse("example.org");

Now at(std::chrono::seconds time) { return {SteadyTime(time), SystemTime(100h + time)}; }

BounceEvent bounce(const std::string& queue_id, BounceClass bounce_class = BounceClass::kNoAnswer) {
  BounceEvent event;
  event.queue_id = queue_id;
  event.destination = kExample;
  event.bounce_class = bounce_class;
  return event;
}

}  // namespace

TEST_CASE("a destination joins with its third distinct message within the window") {
  Watchlist list(Options{});
  CHECK(list.record(bounce("A"), at(0s)).joined.empty());
  CHECK(list.record(bounce("A"), at(1s)).joined.empty());
  CHECK(list.record(bounce("A"), at(2s)).joined.empty());
  CHECK(list.record(bounce("B"), at(3s)).joined.empty());
  CHECK(list.record(bounce("C"), at(4s)).joined == std::vector{kExample});
  CHECK(list.bounces(kExample, at(5s)) == 3);
  CHECK(list.record(bounce("D"), at(6s)).joined.empty());
}

TEST_CASE("messages further apart than the window make nobody join") {
  Watchlist list(Options{});
  list.record(bounce("A"), at(0s));
  list.record(bounce("B"), at(40min));
  CHECK(list.record(bounce("C"), at(61min)).joined.empty());
  CHECK(list.record(bounce("D"), at(70min)).joined.size() == 1);
}

TEST_CASE("only no_answer and dns_temporary count") {
  Watchlist list(Options{});
  int id = 0;
  for (const auto other : {BounceClass::kBusy, BounceClass::kRejected, BounceClass::kDelivered, BounceClass::kSuspended,
                           BounceClass::kDnsPermanent, BounceClass::kOther}) {
    list.record(bounce(std::to_string(++id), other), at(0s));
  }
  CHECK(list.bounces(kExample, at(1s)) == 0);
  list.record(bounce("A", BounceClass::kDnsTemporary), at(1s));
  CHECK(list.bounces(kExample, at(1s)) == 1);
}

TEST_CASE("an old log read from its start makes nobody join") {
  Watchlist list(Options{});
  for (int i = 0; i < 10; ++i) {
    BounceEvent event = bounce(std::to_string(i));
    event.time = at(0s).system;
    CHECK(list.record(event, at(2h)).joined.empty());
  }
}

TEST_CASE("a stamp from the future counts as now") {
  Watchlist list(Options{});
  BounceEvent event = bounce("A");
  event.time = at(1000h).system;
  list.record(event, at(0s));
  CHECK(list.expire(at(24h)).left.empty());
  CHECK(list.bounces(kExample, at(2h)) == 0);
}

TEST_CASE("a destination leaves after a day without a bounce") {
  Watchlist list(Options{});
  for (const char* id : {"A", "B", "C"}) list.record(bounce(id), at(0s));
  CHECK(list.expire(at(23h)).left.empty());
  CHECK(list.expire(at(24h)).left == std::vector{kExample});
  CHECK_FALSE(list.contains(kExample));
}

TEST_CASE("configured destinations join at once and leave with their line only") {
  Watchlist list(Options{});
  CHECK(list.configure(Options{}, {kExample}, at(0s)).joined == std::vector{kExample});
  CHECK(list.configure(Options{}, {kExample}, at(1s)).joined.empty());
  CHECK(list.expire(at(100h)).left.empty());
  for (const char* id : {"A", "B", "C"}) CHECK(list.record(bounce(id), at(100h)).joined.empty());
  CHECK(list.configure(Options{}, {}, at(100h)).left.empty());
  CHECK(list.contains(kExample));
  CHECK(list.expire(at(125h)).left == std::vector{kExample});
}

TEST_CASE("the destination that is quiet for longest makes room") {
  Options options;
  options.bounces = 1;
  options.destinations_max = 2;
  Watchlist list(options);
  list.record(bounce("A"), at(0s));
  for (const char* name : {"b.example", "c.example"}) {
    BounceEvent event = bounce("X");
    event.destination = *DomainName::parse(name);
    const auto changes = list.record(event, at(1s));
    CHECK(changes.joined.size() == 1);
    if (std::string(name) == "c.example") CHECK(changes.left == std::vector{kExample});
  }
}

TEST_CASE("who makes room with the very bounce that would have let it join does not join") {
  Options options;
  options.bounces = 1;
  options.destinations_max = 1;
  Watchlist list(options);
  list.record(bounce("A"), at(10s));
  BounceEvent late = bounce("B");
  late.destination = *DomainName::parse("b.example");
  late.time = at(5s).system;
  const auto changes = list.record(late, at(11s));
  CHECK(changes.joined.empty());
  CHECK(changes.left.empty());
  CHECK(list.contains(kExample));
}

TEST_CASE("bounces of before a restart count with those after it") {
  Watchlist before(Options{});
  before.record(bounce("A"), at(0s));
  before.record(bounce("B"), at(1s));
  Watchlist after(Options{});
  after.resume({*before.saved(kExample)}, at(10s));
  CHECK(after.bounces(kExample, at(10s)) == 2);
  CHECK(after.record(bounce("B"), at(11s)).joined.empty());
  CHECK(after.record(bounce("C"), at(12s)).joined == std::vector{kExample});
}

TEST_CASE("who was on the list is on it after a restart, and leaves in its time") {
  Watchlist before(Options{});
  for (const char* id : {"A", "B", "C"}) before.record(bounce(id), at(0s));
  Watchlist after(Options{});
  after.resume({*before.saved(kExample)}, at(10s));
  CHECK(after.contains(kExample));
  CHECK(after.expire(at(24h - 1s)).left.empty());
  CHECK(after.expire(at(24h)).left == std::vector{kExample});
}

TEST_CASE("who would have left meanwhile is not taken up again, and is to be unwritten") {
  Watchlist before(Options{});
  for (const char* id : {"A", "B", "C"}) before.record(bounce(id), at(0s));
  Watchlist after(Options{});
  after.unsaved().want();
  after.resume({*before.saved(kExample)}, at(24h));
  CHECK_FALSE(after.contains(kExample));
  CHECK(after.unsaved().take() == std::vector{kExample});
  CHECK_FALSE(after.saved(kExample));
}

TEST_CASE("bounces written by a clock that was ahead count as now") {
  Watchlist before(Options{});
  for (const char* id : {"A", "B", "C"}) before.record(bounce(id), at(100h));
  Watchlist after(Options{});
  after.resume({*before.saved(kExample)}, at(0s));
  CHECK(after.bounces(kExample, at(0s)) == 3);
  CHECK(after.expire(at(24h)).left == std::vector{kExample});
}

TEST_CASE("every bounce and every leaving is to be written") {
  Watchlist list(Options{});
  list.unsaved().want();
  list.record(bounce("A"), at(0s));
  CHECK(list.unsaved().take() == std::vector{kExample});
  CHECK(list.unsaved().take().empty());
  list.expire(at(24h));
  CHECK(list.unsaved().take() == std::vector{kExample});
}
