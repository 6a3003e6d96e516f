#include "bounce/log_parser.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::bounce;

namespace {

const SystemTime kNow{std::chrono::seconds(1'790'000'000)};

std::vector<BounceEvent> events_of(const std::string& line) {
  const auto parser = make_ndjson_parser();
  std::vector<BounceEvent> events;
  parser->take(line, kNow, [&](const BounceEvent& event) { events.push_back(event); });
  return events;
}

}  // namespace

TEST_CASE("NDJSON: what classify prints is read back") {
  const auto events = events_of(
      R"({"time":"2026-09-21T12:00:00Z","queue_id":"q1","destination":"Example.org","host":"mx.example.org","address":"192.0.2.1",)"
      R"("reply_code":null,"enhanced_code":"4.4.1","class":"no_answer","cause":"timeout","said_by":"local","text":"Connection timed out"})");
  REQUIRE(events.size() == 1);
  CHECK(events[0].destination.text() == "example.org");
  CHECK(events[0].queue_id == "q1");
  CHECK(events[0].host == "mx.example.org");
  CHECK(events[0].address == Address::parse("192.0.2.1"));
  CHECK(events[0].bounce_class == BounceClass::kNoAnswer);
  CHECK(events[0].cause == Cause::kTimeout);
}

TEST_CASE("NDJSON: a line that is no event is nothing, however it is broken") {
  const std::string deep(100'000, '[');
  for (const std::string& line : {std::string(""), std::string("{}"), std::string("[]"), std::string("{\"destination\":"),
                                  std::string("null"), deep, std::string(R"({"destination":"not a name","class":"no_answer"})"),
                                  std::string(R"({"destination":7,"class":"no_answer"})"), std::string("\xff\xfe{}")}) {
    CAPTURE(line.substr(0, 60));
    CHECK(events_of(line).empty());
  }
}
