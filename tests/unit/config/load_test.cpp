#include "config/load.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/schema.hpp"
#include "support/catch.hpp"
#include "support/source_folder.hpp"

using namespace mxpulse;
using namespace std::chrono_literals;

namespace {

const std::filesystem::path kSource = test::source_folder();

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

}  // namespace

TEST_CASE("each file of errors/ fails with exactly the message in its first line") {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kSource / "tests/unit/config/errors")) {
    const std::string text = text_of(entry.path());
    constexpr std::string_view kMark = "# expect: ";
    REQUIRE(text.starts_with(kMark));
    // "F" stands for the file's name, "\n" for a line end.
    const std::string expected = replaced(text.substr(kMark.size(), text.find('\n') - kMark.size()), "\\n", "\n");
    CAPTURE(entry.path().filename());
    const auto config = config::parse(text, "F");
    REQUIRE_FALSE(config);
    CHECK(config.why() == expected);
    ++files;
  }
  CHECK(files >= 25);
}

TEST_CASE("what is no TOML is refused with line and column") {
  const auto config = config::parse("[probe]\nport = = 25\n", "F");
  REQUIRE_FALSE(config);
  CHECK(config.why().starts_with("F:2:8: is not TOML: "));
}

TEST_CASE("a missing file, and a folder, are refused by name") {
  CHECK(config::load("/nonexistent/mxpulse.toml").why() ==
        "/nonexistent/mxpulse.toml: there is no such file; give the path of a configuration file");
  CHECK(config::load("/tmp").why() == "/tmp: is not a file; give the path of a configuration file");
}

TEST_CASE("values reach the config") {
  const auto config = config::parse(R"(
[dns]
servers = ["192.0.2.53", "[2001:db8::53]:5353"]
[probe]
interval = "1h30m"
allow = "10.0.0.0/8"
[watch]
destinations = ["Example.ORG", "b\u00fccher.example"]
[[feed]]
type = "postfix"
path = "/var/log/mail.log"
[http]
listen = "[::1]:9999"
[log]
format = "json"
)",
                                    "F");
  REQUIRE(config);
  CHECK(config->dns.servers.at(1).text() == "[2001:db8::53]:5353");
  CHECK(config->probe.interval == 90min);
  CHECK(config->probe.allow.size() == 1);
  CHECK(config->watch.destinations.at(0).text() == "example.org");
  CHECK(config->watch.destinations.at(1).text() == "xn--bcher-kva.example");
  CHECK(config->feeds.at(0).path == "/var/log/mail.log");
  CHECK(config->http.listen.text() == "[::1]:9999");
  CHECK(config->log.format == config::LogFormat::kJson);
}

TEST_CASE("the example names every key, with its default") {
  // With its commented keys uncommented it still loads, so no key in it is unknown.
  std::string text = text_of(kSource / "config/mxpulse.toml");
  for (const char* commented :
       {"# helo",        "# max_in_flight", "# [[feed]]", "# type",      "# path",      "# mta",       "# units",
        "# identifiers", "# token_file",    "# table",    "# socketmap", "# hold_file", "# program",   "# [[gate.webhook]]",
        "# url",         "# secret_file",   "# preset",   "# timeout",   "# queue",     "# allow_http"})
    text = replaced(text, commented, commented + 2);
  const auto config = config::parse(text, "mxpulse.toml");
  INFO(config.why());
  REQUIRE(config);
  for (const auto& key : config::keys()) {
    CAPTURE(key.section, key.name);
    CHECK(text.find("\n" + std::string(key.name) + " = ") != std::string::npos);
  }
  const config::Config defaults;
  CHECK(config->probe.interval == defaults.probe.interval);
  CHECK(config->probe.interval_silent_max == defaults.probe.interval_silent_max);
  CHECK(config->probe.per_address == defaults.probe.per_address);
  CHECK(config->probe.connect_timeout == defaults.probe.connect_timeout);
  CHECK(config->probe.greeting_timeout == defaults.probe.greeting_timeout);
  CHECK(config->dns.timeout == defaults.dns.timeout);
  CHECK(config->dns.tries == defaults.dns.tries);
  CHECK(config->dns.cache == defaults.dns.cache);
  CHECK(config->dns.serve_stale == defaults.dns.serve_stale);
  CHECK(config->watch.bounces == defaults.watch.bounces);
  CHECK(config->watch.window == defaults.watch.window);
  CHECK(config->watch.forget == defaults.watch.forget);
  CHECK(config->health.fall == defaults.health.fall);
  CHECK(config->health.rise == defaults.health.rise);
  CHECK(config->http.listen == defaults.http.listen);
  CHECK(config->metrics.max_destinations == defaults.metrics.max_destinations);
}
