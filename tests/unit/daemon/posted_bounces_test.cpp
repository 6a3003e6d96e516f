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
  CHECK(posted.left_out_first == std::vector<std::size_t>{3});
  CHECK(posted_json(posted).starts_with(R"({"taken":2,"left_out":1,"lines":[3],"why":"line 3: )"));
}

TEST_CASE("an empty body is no event and no error") {
  const auto posted = read_posted("\r\n\n", SystemTime{});
  CHECK(posted.lines == 0);
  CHECK(posted_json(posted) == "{\"taken\":0,\"left_out\":0}\n");
}

TEST_CASE("of a body that is all wrong the first twenty lines are named, and all are counted") {
  std::string body;
  for (int i = 0; i < 1000; ++i) body += "Nov 25 mail postfix/smtp: none of it is JSON\n";
  const auto posted = read_posted(body, SystemTime{});
  CHECK(posted.left_out == 1000);
  CHECK(posted.left_out_first.size() == 20);
  CHECK(posted.left_out_first.back() == 20);
}
