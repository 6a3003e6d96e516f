#include "config/duration.hpp"

#include "support/catch.hpp"

using namespace mxpulse::config;
using namespace std::chrono_literals;

TEST_CASE("durations are read with their units, also joined") {
  CHECK(*parse_duration("500ms") == 500ms);
  CHECK(*parse_duration("30s") == 30s);
  CHECK(*parse_duration("1h30m") == 90min);
  CHECK(*parse_duration("2d") == 48h);
  CHECK(*parse_duration("0s") == 0s);
}

TEST_CASE("what has no unit, another one, or no number is no duration") {
  for (const char* text : {"", "5", "5x", "m", "-5m", "5 m", "5m ", "1.5h", "99999999999999999999s"})
    CHECK_FALSE(parse_duration(text));
  CHECK(parse_duration("101d").why() == "is longer than 100 days");
  CHECK(parse_duration("100d1s").why() == "is longer than 100 days");
}

TEST_CASE("a duration's text reads back as itself") {
  for (const char* text : {"500ms", "1s", "1m", "1h30m", "1d", "1d1h1m1s1ms", "0s"})
    CHECK(duration_text(*parse_duration(text)) == text);
}
