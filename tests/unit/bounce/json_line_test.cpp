#include "bounce/json_line.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::bounce;

namespace {

std::vector<BounceEvent> postfix(const std::string& line) {
  std::vector<BounceEvent> events;
  make_postfix_parser()->take(line, SystemTime(std::chrono::seconds(1'790'000'000)),
                              [&](const BounceEvent& event) { events.push_back(event); });
  return events;
}

const std::string kRest =
    R"(4F1A2B: to=\u003cu@example.org\u003e, relay=none, dsn=4.4.1, status=deferred (connect to mx.example.org[192.0.2.1]:25: )"
    R"(Connection refused))";

}  // namespace

TEST_CASE("a line that Docker wrote as JSON is read as the container wrote it") {
  const auto events = postfix(R"({"log":"Sep 21 12:00:00 mail postfix/smtp[1]: )" + kRest +
                              R"(\n","stream":"stdout","time":"2026-09-21T12:00:00.1Z"})");
  REQUIRE(events.size() == 1);
  CHECK(events[0].destination.text() == "example.org");
  CHECK(events[0].cause == Cause::kRefused);
  CHECK(events[0].time);
  CHECK(events[0].text.ends_with("refused"));
}

TEST_CASE("an entry that journalctl wrote as JSON is read as its line") {
  CHECK(line_in_json(R"({"MESSAGE":"hello","SYSLOG_IDENTIFIER":"postfix/smtp","_PID":"7","_HOSTNAME":"mail",)"
                     R"("__REALTIME_TIMESTAMP":"1790000000123456"})") == "2026-09-21T14:13:20Z mail postfix/smtp[7]: hello");
  const auto events = postfix(R"({"SYSLOG_IDENTIFIER":"postfix/smtp","MESSAGE":")" + kRest + R"("})");
  REQUIRE(events.size() == 1);
  CHECK(events[0].bounce_class == BounceClass::kNoAnswer);
}

TEST_CASE("other JSON, and what only looks like JSON, is no line in JSON") {
  for (const std::string& line :
       {std::string("{"), std::string("{}"), std::string(R"({"log":7})"), std::string(R"({"log":""})"),
        std::string(R"({"MESSAGE":[1,2]})"), std::string(R"({"destination":"example.org"})"), std::string("[{\"log\":\"x\"}]"),
        std::string(100'000, '{'), std::string("Sep 21 12:00:00 mail postfix/smtp[1]: {\"log\":\"x\"}")})
    CHECK_FALSE(line_in_json(line));
}
