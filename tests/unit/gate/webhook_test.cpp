#include <map>
#include <nlohmann/json.hpp>

#include "gate/signature.hpp"
#include "gate/webhook_dialect.hpp"
#include "gate/webhook_queue.hpp"
#include "gate/webhook_sender.hpp"
#include "net/loop.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::gate;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const SystemTime kNow{1'790'000'000s};  // 2026-09-21T14:13:20Z
const SteadyTime kSteady{1h};

std::shared_ptr<const WebhookNotice> notice(GateMove move, GateMode mode = GateMode::kEnforce, const std::string& id = "1") {
  WebhookNotice made;
  made.id = id;
  made.time = kNow;
  made.transition.destination = *DomainName::parse("example.org");
  made.transition.to = move;
  made.transition.why = "nobody answers";
  if (move == GateMove::kHeld || move == GateMove::kTrial) made.transition.until = kNow + 30min;
  made.mode = mode;
  made.provider = "provider.example";
  return std::make_shared<const WebhookNotice>(std::move(made));
}

WebhookStep step(const std::string& id) { return {WebhookStep::Kind::kTell, notice(GateMove::kHeld, GateMode::kEnforce, id)}; }

}  // namespace

// RFC 4231 has no key like these; the value is that of: printf '1790000000.{}' | openssl dgst -sha256 -hmac secret-of-16-bytes
TEST_CASE("a signature is HMAC-SHA256 over the time, a point and the body") {
  CHECK(signature("secret-of-16-bytes", kNow, "{}") ==
        "t=1790000000,v1=73729413e50f7c60edf2a9aceea3fa957c51214f511affdfa45c190ab1c21a64");
  CHECK(signature("secret-of-16-bytes", kNow + 1s, "{}") != signature("secret-of-16-bytes", kNow, "{}"));
  CHECK(signature("another-of-16-byte", kNow, "{}") != signature("secret-of-16-bytes", kNow, "{}"));
}

TEST_CASE("the generic preset tells each move in one object, in observe mode too") {
  const auto dialect = make_webhook_dialect(WebhookPreset::kGeneric, "https://hooks.example/x");
  const auto steps = dialect->steps(notice(GateMove::kHeld, GateMode::kObserve));
  REQUIRE(steps.size() == 1);
  const auto request = dialect->request(steps[0], kNow);
  REQUIRE(request);
  CHECK(request->method == "POST");
  CHECK(request->url == "https://hooks.example/x");
  CHECK(json::parse(request->body) == json{{"schema_version", 1},
                                           {"id", "1"},
                                           {"time", "2026-09-21T14:13:20Z"},
                                           {"destination", "example.org"},
                                           {"provider", "provider.example"},
                                           {"move", "held"},
                                           {"mode", "observe"},
                                           {"until", "2026-09-21T14:43:20Z"},
                                           {"why", "nobody answers"}});
  const auto released = dialect->request(dialect->steps(notice(GateMove::kReleased)).at(0), kNow);
  CHECK(json::parse(released->body)["until"].is_null());
}

TEST_CASE("the KumoMTA preset suspends to the end of the lease, and lifts and rebinds when it is released") {
  const auto dialect = make_webhook_dialect(WebhookPreset::kKumomta, "http://127.0.0.1:8000/");
  const auto held = dialect->steps(notice(GateMove::kHeld));
  REQUIRE(held.size() == 1);
  const auto suspend = dialect->request(held[0], kNow + 10min);  // a receiver that was away for ten minutes
  REQUIRE(suspend);
  CHECK(suspend->url == "http://127.0.0.1:8000/api/admin/suspend/v1");
  CHECK(json::parse(suspend->body) ==
        json{{"domain", "example.org"}, {"reason", "mxpulse: nobody answers"}, {"duration", "1200s"}});
  CHECK_FALSE(dialect->request(held[0], kNow + 30min));  // the lease is over: nothing to hold
  dialect->took(held[0], R"({"id":"7a1f"})");

  const auto released = dialect->steps(notice(GateMove::kReleased));
  REQUIRE(released.size() == 2);
  const auto lift = dialect->request(released[0], kNow);
  REQUIRE(lift);
  CHECK(lift->method == "DELETE");
  CHECK(json::parse(lift->body) == json{{"id", "7a1f"}});
  const auto rebind = dialect->request(released[1], kNow);
  REQUIRE(rebind);
  CHECK(rebind->url == "http://127.0.0.1:8000/api/admin/rebind/v1");
  CHECK(json::parse(rebind->body)["always_flush"] == true);
  dialect->took(released[0], "");
  CHECK_FALSE(dialect->request(released[0], kNow));  // lifted already
}

TEST_CASE("the KumoMTA preset does nothing in observe mode, and takes any answer") {
  const auto dialect = make_webhook_dialect(WebhookPreset::kKumomta, "http://127.0.0.1:8000");
  CHECK(dialect->steps(notice(GateMove::kHeld, GateMode::kObserve)).empty());
  const auto held = dialect->steps(notice(GateMove::kHeld)).at(0);
  for (const char* answer : {"", "[]", "{}", "{\"id\":5}", "\"id\"", "\xff", "{\"id\":"}) {
    dialect->took(held, answer);
    CHECK_FALSE(dialect->request(dialect->steps(notice(GateMove::kReleased)).at(0), kNow));
  }
}

TEST_CASE("a queue gives one step at a time, in order, and waits longer after each failure") {
  WebhookQueue queue(10);
  CHECK(queue.push(step("1")));
  CHECK(queue.push(step("2")));
  SteadyTime now = kSteady;
  for (const auto pause : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    REQUIRE(queue.due(now));
    CHECK(queue.due(now)->notice->id == "1");
    queue.begin(now);
    CHECK(queue.due(now) == nullptr);
    CHECK_FALSE(queue.next());
    CHECK(queue.put_off(now));
    CHECK(queue.next() == now + pause);
    CHECK(queue.due(now + pause - 1ms) == nullptr);
    now += pause;
  }
  queue.begin(now);
  queue.finish();
  REQUIRE(queue.due(now));  // the next at once, without the pause of the one before
  CHECK(queue.due(now)->notice->id == "2");
}

TEST_CASE("what was tried for an hour is given up, and the next gets its hour") {
  WebhookQueue queue(10);
  queue.push(step("1"));
  queue.push(step("2"));
  queue.begin(kSteady);
  CHECK(queue.put_off(kSteady + 59min));
  queue.begin(kSteady + 60min);
  CHECK_FALSE(queue.put_off(kSteady + 60min));
  CHECK(queue.size() == 1);
  queue.begin(kSteady + 60min);
  CHECK(queue.put_off(kSteady + 61min));
}

TEST_CASE("a full queue lets the oldest go, but not the one under way") {
  WebhookQueue queue(2);
  queue.push(step("1"));
  queue.begin(kSteady);
  CHECK(queue.push(step("2")));
  CHECK_FALSE(queue.push(step("3")));
  CHECK(queue.size() == 2);
  CHECK(queue.under_way().notice->id == "1");
  queue.finish();
  CHECK(queue.due(kSteady)->notice->id == "3");
  CHECK(queue.push(step("4")));
  CHECK_FALSE(queue.push(step("5")));
  CHECK(queue.due(kSteady)->notice->id == "4");
}

TEST_CASE("a receiver's name has nothing of its URL that may be secret") {
  CHECK(receiver_of("https://hooks.example/services/T0/B0/token?key=1") == "https://hooks.example");
  CHECK(receiver_of("https://user:pass@hooks.example:8443/x") == "https://hooks.example:8443");
  CHECK(receiver_of("https://hooks.example") == "https://hooks.example");
  CHECK(receiver_of("http://[::1]:80?x@y") == "http://[::1]:80");
}

TEST_CASE("a flood for a dead receiver fills its queue and no more, and each one's end is told") {
  const net::MachineClock clock;
  std::map<WebhookResult, int> ends;
  {
    WebhookSender sender(clock, [&](const std::string&, WebhookResult result, const std::string&) { ++ends[result]; });
    sender.configure({{"http://127.0.0.1:1/", WebhookPreset::kGeneric, "secret-of-16-bytes", 1s, 10}});
    for (int number = 0; number < 500; ++number) sender.tell(notice(GateMove::kHeld));
  }
  CHECK(ends[WebhookResult::kDropped] == 500);  // 490 pushed out, 10 left behind
  CHECK(ends[WebhookResult::kRetried] >= 1);
  CHECK(ends[WebhookResult::kSent] == 0);
}
