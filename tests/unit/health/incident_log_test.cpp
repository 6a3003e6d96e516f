#include "health/incident_log.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::health;
using namespace std::chrono_literals;

namespace {

const DomainName kName = *DomainName::parse("a.example");

Now at(Duration since) {
  return {SteadyTime(since), SystemTime(std::chrono::duration_cast<SystemTime::duration>(1000h + since))};
}

void outage(IncidentLog& log, const DomainName& name, Duration from, Duration until) {
  log.silent(name, at(from).system, Cause::kTimeout, "no host answers", at(from));
  log.ended(name, IncidentEnd::kAnswered, "220 back", std::nullopt, at(until));
}

}  // namespace

TEST_CASE("an outage is dated back to its first no-answer, and ends with the words of the host") {
  IncidentLog log;
  log.silent(kName, at(10s).system, Cause::kTimeout, "no host answers", at(30s));
  REQUIRE(log.history(kName));
  const Incident open = log.history(kName)->incidents.at(0);
  CHECK(open.first == at(10s).system);
  CHECK(!open.ended);
  CHECK(open.end == IncidentEnd::kOpen);
  CHECK(open.why.view() == "no host answers");

  log.ended(kName, IncidentEnd::kDelivered, "220 back", at(60s).system, at(90s));
  const Incident over = log.history(kName)->incidents.at(0);
  CHECK(over.last == at(60s).system);
  CHECK(over.ended == at(90s).system);
  CHECK(over.end == IncidentEnd::kDelivered);
  CHECK(over.last_words.view() == "220 back");
}

TEST_CASE("another cause is the same outage, as it stood last") {
  IncidentLog log;
  log.silent(kName, at(10s).system, Cause::kTimeout, "nothing", at(30s));
  log.silent(kName, at(10s).system, Cause::kRefused, "reset", at(40s));
  REQUIRE(log.history(kName)->incidents.size() == 1);
  CHECK(log.history(kName)->incidents[0].cause == Cause::kRefused);
  CHECK(log.history(kName)->incidents[0].first == at(10s).system);
}

TEST_CASE("an answer without an outage is no incident") {
  IncidentLog log;
  log.ended(kName, IncidentEnd::kAnswered, "220 hello", std::nullopt, at(1s));
  CHECK(!log.history(kName));
  CHECK(log.size() == 0);
}

TEST_CASE("a history that was given does not change under its reader") {
  IncidentLog log;
  outage(log, kName, 1s, 2s);
  const auto before = log.history(kName);
  CHECK(*log.history(kName) == *before);
  outage(log, kName, 3s, 4s);
  CHECK(before->incidents.size() == 1);
  CHECK(log.history(kName)->incidents.size() == 2);
}

TEST_CASE("a flapping destination loses its oldest outages, and the history says since when it is complete") {
  IncidentLog log;
  for (std::size_t one = 0; one < kIncidentsMax + 3; ++one) outage(log, kName, one * 1min, one * 1min + 30s);
  const auto history = log.history(kName);
  CHECK(history->incidents.size() == kIncidentsMax);
  CHECK(history->incidents.front().first == at(3min).system);
  CHECK(history->complete_since == at(2min + 30s).system);
}

TEST_CASE("an outage of long ago makes room when the next begins") {
  IncidentLog log;
  outage(log, kName, 0s, 1h);
  log.expire(at(2 * kIncidentAge));
  CHECK(log.history(kName)->incidents.size() == 1);
  outage(log, kName, 1h + kIncidentAge, 2h + kIncidentAge);
  CHECK(log.history(kName)->incidents.size() == 1);
  CHECK(log.history(kName)->incidents[0].first == at(1h + kIncidentAge).system);
  CHECK(log.history(kName)->complete_since == at(1h).system);
}

TEST_CASE("who is watched no more is remembered, and its open outage ends as forgotten") {
  IncidentLog log;
  log.silent(kName, at(0s).system, Cause::kTimeout, "", at(0s));
  log.forgotten(kName, at(1h));
  REQUIRE(log.history(kName));
  CHECK(log.history(kName)->incidents.at(0).end == IncidentEnd::kForgotten);
  outage(log, kName, 2h, 3h);
  CHECK(log.history(kName)->incidents.size() == 2);
  log.forgotten(kName, at(3h));
  log.expire(at(3h + kIncidentAge));
  CHECK(log.size() == 0);
}

TEST_CASE("of those watched no more the one quiet for longest makes room") {
  IncidentLog log;
  for (std::size_t one = 0; one <= kFormerMax; ++one) {
    const auto name = *DomainName::parse("d" + std::to_string(one) + ".example");
    outage(log, name, one * 1s, one * 1s + 1ms);
    log.forgotten(name, at(one * 1s + 1ms));
  }
  CHECK(log.size() == kFormerMax);
  CHECK(!log.history(*DomainName::parse("d0.example")));
  CHECK(log.history(*DomainName::parse("d1.example")));
}

TEST_CASE("outages are known after a restart, and an open one goes on") {
  IncidentLog before;
  outage(before, kName, 0s, 1h);
  before.silent(kName, at(2h).system, Cause::kTimeout, "no host answers", at(2h));
  IncidentLog after;
  after.resume({kName, before.history(kName)});
  after.ended(kName, IncidentEnd::kAnswered, "220 back", std::nullopt, at(3h));
  REQUIRE(after.history(kName)->incidents.size() == 2);
  CHECK(after.history(kName)->incidents[1].first == at(2h).system);
  CHECK(after.history(kName)->incidents[1].ended == at(3h).system);
}

TEST_CASE("beginning, another cause and the end are to be written, and that one is forgotten") {
  IncidentLog log;
  log.unsaved().want();
  const auto is_new = [&] { return log.unsaved().take().size() == 1; };
  log.silent(kName, at(0s).system, Cause::kTimeout, "nothing", at(0s));
  CHECK(is_new());
  log.silent(kName, at(0s).system, Cause::kTimeout, "nothing", at(10s));
  CHECK_FALSE(is_new());
  log.silent(kName, at(0s).system, Cause::kRefused, "reset", at(20s));
  CHECK(is_new());
  log.forgotten(kName, at(30s));
  CHECK(is_new());
  log.expire(at(30s + kIncidentAge));
  CHECK(is_new());
  CHECK(!log.history(kName));
}
