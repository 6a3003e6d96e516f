#include "mxpulse/time.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace std::chrono_literals;

TEST_CASE("a time is written in UTC, wherever we are") {
  CHECK(rfc3339(SystemTime(1'700'000'000s)) == "2023-11-14T22:13:20Z");
  CHECK(rfc3339(SystemTime(1'700'000'000'900ms)) == "2023-11-14T22:13:20Z");
  CHECK(utc_text(SystemTime(), "%Y%m%dT%H%M%SZ") == "19700101T000000Z");
}

TEST_CASE("the farthest times that the clock can hold are written") {
  CHECK(rfc3339(SystemTime::max()) == "2262-04-11T23:47:16Z");
  CHECK(rfc3339(SystemTime::min()).starts_with("1677-09-21T"));
}
