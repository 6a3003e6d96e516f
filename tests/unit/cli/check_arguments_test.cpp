#include "cli/check_arguments.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::cli;
using namespace std::chrono_literals;

TEST_CASE("options take their value from the next argument or after an equals sign") {
  const auto parsed = parse_check_arguments({"--json", "--port", "2525", "--dns=127.0.0.1:5353", "--allow", "127.0.0.0/8",
                                             "--allow=::1", "--connect-timeout", "2s", "--concurrency=7", "example.org"});
  REQUIRE(parsed);
  CHECK(parsed->json);
  CHECK(parsed->port == 2525);
  CHECK(parsed->dns->text() == "127.0.0.1:5353");
  CHECK(parsed->allow.size() == 2);
  CHECK(parsed->connect_timeout == 2s);
  CHECK(parsed->concurrency == 7);
  CHECK(parsed->targets == std::vector<std::string>{"example.org"});
}

TEST_CASE("each wrong argument is named") {
  const auto why = [](const std::vector<std::string>& arguments) {
    const auto parsed = parse_check_arguments(arguments);
    REQUIRE_FALSE(parsed);
    return parsed.why();
  };
  CHECK(why({"--prot", "25", "a.example"}) == "there is no option --prot; see mxpulse check --help");
  CHECK(why({"--port", "99999", "a.example"}) == "--port \"99999\": not a port; give a number from 1 to 65535");
  CHECK(why({"--dns"}) == "--dns needs a value");
  CHECK(why({"--allow", "10.0.0.1/8", "a.example"}).find("not an address range") != std::string::npos);
  CHECK(why({"-", "a.example"}) == "give targets or \"-\", not both");
  CHECK(why({}) == "no target; see mxpulse check --help");
}
