#include <deque>
#include <set>

#include "page/assets.hpp"
#include "page/destination_page.hpp"
#include "page/html.hpp"
#include "page/runbook_page.hpp"
#include "page/status_page.hpp"
#include "page/time_text.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::page;
using namespace std::chrono_literals;

namespace {

const SystemTime kNow(1'700'000'000s);  // 2023-11-14 22:13:20 UTC
const std::string kHostile = "220 <script>alert(1)</script> \" onload='x' \xE2\x80\xAE\x1b[31m &amp;";

bool has(const std::string& page, const std::string& piece) { return page.find(piece) != std::string::npos; }

struct Example {
  DestinationView& add(const std::string& name, Verdict verdict, const std::string& provider = "p.example") {
    DestinationView view;
    view.destination = *DomainName::parse(name);
    view.provider = provider;
    view.verdict = verdict;
    view.watched_since = kNow - 48h;
    ++snapshot.verdicts[static_cast<std::size_t>(verdict)];
    for (auto& known : snapshot.providers) {
      if (known.provider == provider) {
        ++known.destinations[static_cast<std::size_t>(verdict)];
        return views.emplace_back(view);
      }
    }
    snapshot.providers.push_back({provider, {}});
    ++snapshot.providers.back().destinations[static_cast<std::size_t>(verdict)];
    return views.emplace_back(view);
  }

  Example() { snapshot.taken = kNow; }

  Snapshot shown() const {
    Snapshot shown = snapshot;
    shown.destinations.assign(views.begin(), views.end());
    return shown;
  }

  Snapshot snapshot;  // but for its destinations
  std::deque<DestinationView> views;
};

std::shared_ptr<const IncidentHistory> history(std::vector<Incident> incidents) {
  return std::make_shared<const IncidentHistory>(IncidentHistory{std::move(incidents), {}});
}

}  // namespace

TEST_CASE("the verdict sentence says whether it is us") {
  Example example;
  CHECK(verdict_sentence(example.shown()) == "Nobody is watched yet.");
  example.add("new.example", Verdict::kUnknown);
  CHECK(verdict_sentence(example.shown()) == "Nothing is known yet; the first answers are on their way.");
  example.add("good.example", Verdict::kAvailable);
  CHECK(verdict_sentence(example.shown()) == "All is well: every destination that takes mail answers.");
  example.add("a.example", Verdict::kUnavailable, "down.example");
  CHECK(verdict_sentence(example.shown()) == "It is them: 1 destination does not answer, of 3 watched. 1 other answers us.");
  example.add("b.example", Verdict::kUnavailable, "down.example");
  std::swap(example.snapshot.providers.front(), example.snapshot.providers.back());
  example.snapshot.vantage.controls = 3;
  example.snapshot.vantage.controls_answering = 3;
  CHECK(verdict_sentence(example.shown()) ==
        "It is them: 2 destinations do not answer, of 4 watched; 2 of them at down.example. 3 of 3 controls answer us.");
  example.snapshot.vantage.impaired = true;
  example.snapshot.vantage.why = "no control answers";
  CHECK(verdict_sentence(example.shown()) == "It is us: no control answers.");
}

TEST_CASE("with nobody answering and no control, it may be us") {
  Example example;
  example.add("a.example", Verdict::kUnavailable);
  CHECK(has(verdict_sentence(example.shown()), "so it may be us."));
}

TEST_CASE("whatever a host says stays text, on every page") {
  Example example;
  HostView host;
  host.host = *DomainName::parse("mx.a.example");
  host.provider = kHostile;
  host.greeting = kHostile;
  example.snapshot.hosts.push_back(host);
  DestinationView& view = example.add("a.example", Verdict::kUnavailable, kHostile);
  view.why = kHostile;
  view.hosts = {{0, 10}};
  view.history = history({{kNow - 2h, kNow - 1h, kNow - 1h, IncidentEnd::kAnswered, Cause::kSilent, SharedText(kHostile), SharedText(kHostile)}});
  example.snapshot.vantage.impaired = true;
  example.snapshot.vantage.why = kHostile;
  for (const std::string& page : {status_page(example.shown()), destination_page(example.shown(), view)}) {
    CHECK_FALSE(has(page, "<script>alert"));
    CHECK_FALSE(has(page, "\" onload"));
    CHECK(has(page, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    CHECK(has(page, "\\xE2\\x80\\xAE\\x1B[31m &amp;amp;"));
    for (const char c : page) CHECK((c == '\n' || (c >= 0x20 && c < 0x7f)));
  }
}

TEST_CASE("an outage is drawn to scale, and what nobody watched is blank") {
  Example example;
  DestinationView& view = example.add("a.example", Verdict::kAvailable);
  view.watched_since = kNow - 12h;
  view.history = history({{kNow - 6h, kNow - 3h, kNow - 3h, IncidentEnd::kAnswered, Cause::kRefused, {}, SharedText("220 back")}});
  const std::string page = destination_page(example.shown(), view);
  CHECK(has(page, R"(<rect class="up" x="120.00" y="0" width="120.00" height="12">)"));  // the last twelve hours of the day
  CHECK(has(page, R"(<rect class="out" x="180.00" y="0" width="30.00" height="12">)"));  // three of them out
  CHECK(has(page, R"(<rect class="out" x="231.43" y="0" width="4.29" height="12">)"));   // the same in the week
  CHECK(has(page, "refused, 2023-11-14T16:13:20Z to 2023-11-14T19:13:20Z, 3 h"));
  CHECK(has(page, "24 h: 1 outage, 3 h"));
  CHECK(has(page, "220 back"));
  CHECK(has(page, "not watched</span>"));
}

TEST_CASE("a minute's outage in a week is seen, and an open one lasts until now") {
  Example example;
  DestinationView& view = example.add("a.example", Verdict::kUnavailable);
  view.history = history({{kNow - 1min, kNow, std::nullopt, IncidentEnd::kOpen, Cause::kTimeout, {}, {}}});
  const std::string page = destination_page(example.shown(), view);
  CHECK(has(page, R"(<rect class="out" x="238.50" y="0" width="1.50" height="12">)"));
  CHECK(has(page, "still out"));
  CHECK(has(page, "7 d: 1 outage, 1 min"));
}

TEST_CASE("unknown is a dash, never a number") {
  Example example;
  DestinationView& view = example.add("a.example", Verdict::kUnknown);
  HostView host;
  host.host = *DomainName::parse("mx.a.example");
  example.snapshot.hosts.push_back(host);
  view.hosts = {{0, 10}};
  const std::string page = destination_page(example.shown(), view);
  for (const char* name : {"Answers", "Cause", "No-answers", "Connect", "Greeting after", "Last probe", "It says"}) {
    CAPTURE(name);
    CHECK(has(page, "data-name=\"" + std::string(name) + "\">-</td>"));
  }
  CHECK(has(page, "24 h: -"));
  CHECK_FALSE(has(page, "class=\"up\" x="));
  CHECK(has(status_page(example.shown()), "<dt>Controls</dt><dd>-</dd>"));
}

TEST_CASE("the gate is told with its next retry, and observing with what would be") {
  Example example;
  DestinationView& view = example.add("a.example", Verdict::kUnavailable);
  view.gate.hold = true;
  view.gate.next_retry = kNow + 30min;
  CHECK(has(status_page(example.shown()),
            "would be held <small>next retry in 30 min, <time datetime=\"2023-11-14T22:43:20Z\">14 Nov 22:43:20 UTC</time>"));
  CHECK(has(status_page(example.shown()), "<dt>Would be held (observing)</dt>"));
  example.snapshot.gate_mode = GateMode::kEnforce;
  CHECK(has(status_page(example.shown()), ">held <small>next retry "));
  view.gate.exhausted = true;
  CHECK(has(status_page(example.shown()), "retries exhausted"));
}

TEST_CASE("a provider is a heading over those that share it, and none over who runs his own hosts") {
  Example example;
  example.add("alone.example", Verdict::kUnavailable, "alone.example");
  example.add("a.example", Verdict::kUnavailable);
  example.add("b.example", Verdict::kUnavailable);
  example.add("c.example", Verdict::kAvailable);
  const std::string page = status_page(example.shown());
  CHECK(has(page, "at <bdi>p.example</bdi>: 2 of 3 there do not answer</th>"));
  CHECK_FALSE(has(page, "at <bdi>alone.example</bdi>"));
}

TEST_CASE("ten thousand destinations make a page of bounded size, those in trouble first") {
  Example example;
  for (int i = 0; i < 10'000; ++i)
    example.add("good" + std::to_string(i) + ".example", Verdict::kAvailable, "p" + std::to_string(i % 50) + ".example");
  example.add("silent.example", Verdict::kUnavailable, "down.example");
  const std::string page = status_page(example.shown());
  CHECK(page.size() < 600'000);
  CHECK(page.find("/destinations/silent.example") < page.find("/destinations/good0.example"));
  CHECK(has(page, "9701 more are watched"));
  CHECK(has(page, "299 destinations are available"));
}

TEST_CASE("outages that last come first, then the newest, and only so many") {
  Example example;
  DestinationView& old = example.add("old.example", Verdict::kAvailable);
  std::vector<Incident> incidents;
  for (int i = 100; i > 0; --i)
    incidents.push_back({kNow - i * 1h, kNow - i * 1h, kNow - i * 1h + 10min, IncidentEnd::kAnswered, Cause::kTimeout, {}, {}});
  old.history = history(incidents);
  example.add("open.example", Verdict::kUnavailable).history =
      history({{kNow - 200h, kNow, std::nullopt, IncidentEnd::kOpen, Cause::kTimeout, {}, {}}});
  const std::string page = status_page(example.shown());
  const std::string outages = page.substr(page.find("<h2>Outages</h2>"));
  CHECK(outages.find("open.example") < outages.find("old.example"));
  std::size_t rows = 0;
  for (auto at = outages.find("<tr><th scope=\"row\">"); at != std::string::npos;
       at = outages.find("<tr><th scope=\"row\">", at + 1))
    ++rows;
  CHECK(rows == kOutagesMax);
}

TEST_CASE("durations are told in two units at most") {
  CHECK(lasted(-5s) == "0 s");
  CHECK(lasted(59s) == "59 s");
  CHECK(lasted(17min + 3s) == "17 min");
  CHECK(lasted(2h) == "2 h");
  CHECK(lasted(26h + 59s) == "1 d 2 h");
}

TEST_CASE("the runbook's Markdown becomes a page with an anchor for each alert") {
  const std::string page = runbook_page("## Runbook\n\nWhat to `do <x>`\nand why.\n\n### MxpulseDown\nLook.\n");
  CHECK(has(page, "<h1>Runbook</h1>"));
  CHECK(has(page, "<p>What to <code>do &lt;x&gt;</code> and why.</p>"));
  CHECK(has(page, "<h2 id=\"mxpulsedown\">MxpulseDown</h2>\n<p>Look.</p>"));
  CHECK(has(runbook_page(kRunbook), "<h2 id=\"mxpulsedestinationnoanswer\">"));
}
