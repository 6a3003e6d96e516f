#include "daemon/destinations_json.hpp"

#include <nlohmann/json.hpp>

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::daemon;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const SystemTime kNow(1'700'000'000s);

Snapshot example(int destinations) {
  Snapshot snapshot;
  snapshot.taken = kNow;
  for (int i = 0; i < destinations; ++i) {
    DestinationView view;
    view.destination = *DomainName::parse("d" + std::to_string(i) + ".example");
    view.provider = "p.example";
    view.verdict = Verdict::kUnavailable;
    view.cause = Cause::kTimeout;
    view.streak = 4;
    view.since = kNow - 1h;
    ++snapshot.verdicts[static_cast<std::size_t>(view.verdict)];
    snapshot.destinations.push_back(view);
  }
  return snapshot;
}

}  // namespace

TEST_CASE("the list comes in pieces, each naming the next, and says how many it leaves out") {
  Snapshot snapshot = example(5);
  snapshot.verdicts[static_cast<std::size_t>(Verdict::kAvailable)] = 100;
  std::string path = "/api/v1/destinations?offset=0&limit=2";
  std::vector<std::string> names;
  for (std::size_t offset = 0;; offset += 2) {
    const json piece = json::parse(destinations_json(snapshot, offset, 2));
    CHECK(piece["schema_version"] == 1);
    CHECK(piece["tracked"] == 105);
    CHECK(piece["omitted"] == 100);
    for (const auto& one : piece["destinations"]) names.push_back(one["destination"]);
    if (piece["next"].is_null()) break;
    CHECK(piece["next"] == "/api/v1/destinations?offset=" + std::to_string(offset + 2) + "&limit=2");
  }
  CHECK(names == std::vector<std::string>{"d0.example", "d1.example", "d2.example", "d3.example", "d4.example"});
  CHECK(json::parse(destinations_json(snapshot, 99, 2))["destinations"].empty());
}

TEST_CASE("one destination is told whole: hosts, outages, gate; unknown is null") {
  Snapshot snapshot = example(1);
  HostView host;
  host.host = *DomainName::parse("mx.example");
  host.address = *Address::parse("2001:db8::1");
  host.cause = Cause::kSilent;
  host.connect_time = 20ms;
  host.greeting = "220 \xff";
  snapshot.hosts = {host};
  DestinationView view = *snapshot.destinations[0];
  view.hosts = {{0, 10}};
  view.history = std::make_shared<const IncidentHistory>(
      IncidentHistory{{{kNow - 2h, kNow - 1h, kNow - 1h, IncidentEnd::kAnswered, Cause::kRefused, SharedText("why"), SharedText("220 back")}}, {}});
  snapshot.destinations[0] = view;
  const std::string text = destination_json(snapshot, view);
  for (const char c : text) CHECK((c == '\n' || (c >= 0x20 && c < 0x7f)));
  const json one = json::parse(text);
  CHECK(one["verdict"] == "unavailable");
  CHECK(one["cause"] == "timeout");
  CHECK(one["no_answer_streak"] == 4);
  CHECK(one["no_answer_since"] == 1'700'000'000 - 3600);
  CHECK(one["gate"]["decision"] == "deliver");
  CHECK(one["hosts"][0]["address"] == "2001:db8::1");
  CHECK(one["hosts"][0]["outcome"] == "no_answer");
  CHECK(one["hosts"][0]["connect_seconds"] == 0.02);
  CHECK(one["hosts"][0]["greeting_seconds"].is_null());
  CHECK(one["hosts"][0]["answering"].is_null());
  CHECK(one["incidents"][0]["end"] == "answered");
  CHECK(one["incidents"][0]["last_words"] == "220 back");
}

TEST_CASE("service discovery offers the hosts that are probed, and no address that is denied") {
  Snapshot snapshot;
  for (const char* address : {"192.0.2.1", "2001:db8::1", "10.0.0.1", "192.0.2.9"}) {
    HostView host;
    host.host = *DomainName::parse("mx.example");
    host.address = *Address::parse(address);
    host.provider = "example";
    if (snapshot.hosts.empty()) host.answering = true;
    if (snapshot.hosts.size() == 2) host.cause = Cause::kDeniedAddress;
    if (snapshot.hosts.size() != 3) host.last_probe = kNow;
    snapshot.hosts.push_back(host);
  }
  const json groups = json::parse(mx_targets_json(snapshot, 25));
  REQUIRE(groups.size() == 2);
  CHECK(groups[0]["targets"] == json{"192.0.2.1:25"});
  CHECK(groups[0]["labels"]["__meta_mxpulse_answering"] == "true");
  CHECK(groups[1]["targets"] == json{"[2001:db8::1]:25"});
  CHECK(groups[1]["labels"]["__meta_mxpulse_provider"] == "example");
  CHECK(groups[1]["labels"]["__meta_mxpulse_answering"] == "unknown");
  CHECK(mx_targets_json(Snapshot{}, 25) == "[]\n");
}
