#include "daemon/posted_bounces.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::daemon;

TEST_CASE("each posted line is an event, and one that is none is named") {
  const auto posted = read_posted(R"({"destination":"example.org","class":"no_answer","queue_id":"a"})"
                                  "\n\n"
                                  R"({"destination":)"
                                  "\n"
                                  R"({"recipient":"someone@example.net","class":"delivered"})",
                                  SystemTime{});
  REQUIRE(posted.events.size() == 2);
  CHECK(posted.events[0].destination.text() == "example.org");
  CHECK(posted.events[1].destination.text() == "example.net");
  CHECK(posted.lines == 3);
  CHECK(posted.left_out == 1);
  CHECK(posted.first_left_out == 3);
  CHECK(posted_json(posted).starts_with(R"({"taken":2,"left_out":1,"why":"line 3: )"));
}

TEST_CASE("an empty body is no event and no error") {
  const auto posted = read_posted("\r\n\n", SystemTime{});
  CHECK(posted.lines == 0);
  CHECK(posted_json(posted) == "{\"taken\":0,\"left_out\":0}\n");
}
