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

TEST_CASE("the first posted line that is no event is told what is wrong with it, and the mend") {
  const auto why = [](const std::string& line) { return posted_json(read_posted("\n" + line, SystemTime{})); };
  const auto says = [&](const std::string& line, const std::string& words) {
    INFO(why(line));
    CHECK(why(line).find("line 2: ") != std::string::npos);
    CHECK(why(line).find(words) != std::string::npos);
  };
  says("no JSON", "is no JSON object; write one a line");
  says("[1]", "is no JSON object");
  says(R"({"class":"no_answer"})", "has no destination; give one");
  says(R"({"destination":"not a name","class":"no_answer"})", R"(\"not a name\" is no domain name)");
  says(R"({"recipient":"someone","class":"no_answer"})", R"(\"someone\" is no domain name)");
  says(R"({"destination":"example.org"})", "no text or reply_code");
  says(R"({"destination":"example.org","class":"noanswer"})", R"(\"noanswer\" is none)");
  says(R"({"destination":"example.org","class":"busy","time":"yesterday"})", "time cannot be read");
  says(R"({"destination":"example.org","class":"busy","text":")" + std::string(9000, 'x') + "\"}", "longer than 8192 bytes");
}

TEST_CASE("a posted class that is none of ours is told from the text") {
  const auto posted = read_posted(R"({"destination":"example.org","class":"TransientFailure","text":"Connection refused"})"
                                  "\n"
                                  R"({"destination":"example.org","reply_code":451})",
                                  SystemTime{});
  REQUIRE(posted.events.size() == 2);
  CHECK(posted.events[0].bounce_class == BounceClass::kNoAnswer);
  CHECK(posted.events[1].bounce_class == BounceClass::kBusy);
}
