#include "daemon/log_line.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::daemon;
using namespace std::chrono_literals;

namespace {

std::string every_byte() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

bool is_printable(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

TEST_CASE("a logfmt line has the time in UTC, the level, the event and its fields in order") {
  const LogLine line{
      SystemTime(1'700'000'000'250ms), Level::kWarning, "verdict", {{"destination", "example.org"}, {"why", "no host answers"}}};
  CHECK(format(line, LogFormat::kLogfmt) ==
        "time=2023-11-14T22:13:20.250Z level=warning event=verdict destination=example.org why=\"no host answers\"");
}

TEST_CASE("a logfmt value can neither end its quotes nor its line") {
  const LogLine line{SystemTime{}, Level::kInfo, "probed", {{"greeting", "a\" level=error\nevent=x\\"}}};
  CHECK(format(line, LogFormat::kLogfmt) ==
        "time=1970-01-01T00:00:00.000Z level=info event=probed greeting=\"a\\\" level=error\\x0Aevent=x\\\\\"");
}

TEST_CASE("an empty logfmt value is a pair of quotes") {
  const LogLine line{SystemTime{}, Level::kInfo, "probed", {{"why", ""}}};
  CHECK(format(line, LogFormat::kLogfmt).ends_with(" why=\"\""));
}

TEST_CASE("every byte value leaves a line printable, and JSON readable") {
  const LogLine line{SystemTime{}, Level::kInfo, "probed", {{"greeting", every_byte()}}};
  CHECK(is_printable(format(line, LogFormat::kLogfmt)));
  const std::string json = format(line, LogFormat::kJson);
  CHECK(is_printable(json));
  CHECK(nlohmann::json::parse(json).at("event") == "probed");
}
