#include "page/status_page.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <span>

#include "page/frame.hpp"
#include "page/html.hpp"
#include "page/outage_bar.hpp"
#include "page/parts.hpp"
#include "page/time_text.hpp"

namespace mxpulse::page {
namespace {

std::size_t count(const Snapshot& snapshot, Verdict verdict) { return snapshot.verdicts[static_cast<std::size_t>(verdict)]; }

std::size_t watched(const Snapshot& snapshot) {
  return std::accumulate(snapshot.verdicts.begin(), snapshot.verdicts.end(), std::size_t{0});
}

std::string number_of(std::size_t number, const char* one, const char* many) {
  return std::to_string(number) + " " + (number == 1 ? one : many);
}

// "; 4 of them at provider.example", when one provider has most of the silent ones.
std::string at_whom(const Snapshot& snapshot) {
  if (snapshot.providers.empty()) return "";
  const ProviderView& worst = snapshot.providers.front();
  const std::size_t there = worst.destinations[static_cast<std::size_t>(Verdict::kUnavailable)];
  if (there < 2 || there * 2 < count(snapshot, Verdict::kUnavailable)) return "";
  return "; " + std::to_string(there) + " of them at " + worst.provider;
}

const char* mood(const Snapshot& snapshot) {
  if (snapshot.vantage.impaired) return "bad";
  if (count(snapshot, Verdict::kUnavailable) > 0) return "middling";
  return watched(snapshot) == count(snapshot, Verdict::kUnknown) ? "still" : "good";
}

std::string vantage_strip(const Snapshot& snapshot) {
  const VantageView& vantage = snapshot.vantage;
  const std::string controls =
      vantage.controls == 0 ? std::string(kUnknown)
                            : std::to_string(vantage.controls_answering) + " of " + std::to_string(vantage.controls) + " answer";
  return "<dl class=\"strip\" aria-label=\"Vantage\">\n" +
         fact("Our connection", vantage.impaired ? "in doubt, " + runbook_link("mxpulsevantageimpaired") : "trusted") +
         fact("Controls", controls) + (vantage.ipv4_impaired ? fact("IPv4", "in doubt") : "") +
         (vantage.ipv6_impaired ? fact("IPv6", "in doubt") : "") + fact("Watched", std::to_string(watched(snapshot))) +
         fact("No answer", std::to_string(count(snapshot, Verdict::kUnavailable))) +
         fact(snapshot.gate_mode == GateMode::kObserve ? "Would be held (observing)" : "Held", std::to_string(snapshot.held)) +
         fact("Probes under way", std::to_string(snapshot.probes_in_flight)) + fact("As of", time_element(snapshot.taken)) +
         "</dl>\n";
}

std::string row(const Snapshot& snapshot, const DestinationView& view) {
  return "<tr><th scope=\"row\">" + destination_link(view.destination) + "</th><td>" + verdict_badge(view.verdict) +
         "</td><td data-name=\"Cause\"" + (view.cause ? " title=\"" + escaped(sentence(*view.cause)) + "\"" : "") + ">" +
         std::string(view.cause ? label(*view.cause) : kUnknown) + "</td>" +
         cell("No-answers", view.streak > 0 ? std::to_string(view.streak) : std::string(kUnknown)) +
         cell("Silent for", silent_for(view, snapshot.taken)) +
         cell("Gate", gate_words(view.gate, snapshot.gate_mode, snapshot.taken)) + "<td class=\"bars\">" +
         outage_bars(view, snapshot.taken) + "</td></tr>\n";
}

using Views = std::vector<const DestinationView*>;

// ": 2 of 3 there do not answer", as far as the provider is among those that are counted.
std::string of_how_many(const Snapshot& snapshot, const std::string& provider) {
  const auto found = std::ranges::find(snapshot.providers, provider, &ProviderView::provider);
  if (found == snapshot.providers.end()) return "";
  const auto& counts = found->destinations;
  const std::size_t silent = counts[static_cast<std::size_t>(Verdict::kUnavailable)];
  if (silent == 0) return "";
  const std::size_t all = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  return ": " + std::to_string(silent) + " of " + std::to_string(all) +
         (silent == 1 ? " there does not answer" : " there do not answer");
}

// Who runs his own mail hosts needs no heading that says so.
std::string body(const Snapshot& snapshot, const std::string& provider, const Views& views) {
  std::string rows;
  for (const DestinationView* view : views) rows += row(snapshot, *view);
  if (views.size() == 1 && views.front()->destination.text() == provider) return "<tbody>\n" + rows + "</tbody>\n";
  return "<tbody class=\"group\">\n<tr class=\"provider\"><th scope=\"rowgroup\" colspan=\"7\">at <bdi>" + escaped(provider) +
         "</bdi>" + of_how_many(snapshot, provider) + "</th></tr>\n" + rows + "</tbody>\n";
}

// A table with a body a provider, in the order in which the providers first come.
std::string table(const Snapshot& snapshot, const Views& views, const char* name) {
  std::vector<std::string> order;
  std::map<std::string, Views> by_provider;
  for (const DestinationView* view : views) {
    Views& there = by_provider[view->provider];
    if (there.empty()) order.push_back(view->provider);
    there.push_back(view);
  }
  std::string bodies;
  for (const std::string& provider : order) bodies += body(snapshot, provider, by_provider[provider]);
  return "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"" + std::string(name) +
         "\"><table class=\"destinations\">\n<thead><tr><th scope=\"col\">Destination</th><th scope=\"col\">Verdict</th><th "
         "scope=\"col\">Cause</th><th scope=\"col\">No-answers</th><th scope=\"col\">Silent for</th><th "
         "scope=\"col\">Gate</th><th "
         "scope=\"col\">Last day, last week</th></tr></thead>\n" +
         bodies + "</table></div>\n";
}

int trouble(Verdict verdict) {
  switch (verdict) {
    case Verdict::kUnavailable: return 0;
    case Verdict::kRefusing: return 1;
    case Verdict::kBackupOnly: return 2;
    case Verdict::kUndeliverable: return 3;
    case Verdict::kUnknown: return 4;
    case Verdict::kAvailable: return 5;
  }
  return 5;
}

std::string destinations(const Snapshot& snapshot) {
  Views views;
  for (const DestinationView& view : snapshot.destinations) views.push_back(&view);
  std::ranges::stable_sort(views, {}, [](const DestinationView* view) { return trouble(view->verdict); });
  if (views.size() > kRowsMax) views.resize(kRowsMax);
  const auto good = std::ranges::find(views, Verdict::kAvailable, &DestinationView::verdict);
  const Views bad(views.begin(), good);
  const Views fine(good, views.end());

  std::string text = "<h2>Destinations</h2>\n";
  if (views.empty()) return text + "<p>None yet. One joins when it bounces, or when watch.destinations names it.</p>\n";
  text += outage_bars_legend();
  if (!bad.empty()) text += table(snapshot, bad, "Destinations in trouble");
  if (!fine.empty())
    text += "<details id=\"available\"" + std::string(bad.empty() ? " open" : "") + "><summary>" +
            number_of(fine.size(), "destination is", "destinations are") + " available</summary>\n" +
            table(snapshot, fine, "Available destinations") + "</details>\n";
  const std::size_t left_out = watched(snapshot) - std::min(watched(snapshot), views.size());
  if (left_out > 0)
    text += "<p>" + number_of(left_out, "more is", "more are") +
            " watched; <a href=\"/api/v1/destinations\">the JSON list</a> has the worst of them.</p>\n";
  return text;
}

}  // namespace

std::string verdict_sentence(const Snapshot& snapshot) {
  const std::size_t all = watched(snapshot);
  const std::size_t silent = count(snapshot, Verdict::kUnavailable);
  const VantageView& vantage = snapshot.vantage;
  if (vantage.impaired) return "It is us: " + vantage.why + ".";
  if (all == 0) return "Nobody is watched yet.";
  if (all == count(snapshot, Verdict::kUnknown)) return "Nothing is known yet; the first answers are on their way.";
  if (silent == 0) return "All is well: every destination that takes mail answers.";
  const std::string who = number_of(silent, "destination does", "destinations do") + " not answer, of " + std::to_string(all) +
                          " watched" + at_whom(snapshot);
  if (vantage.controls > 0)
    return "It is them: " + who + ". " + std::to_string(vantage.controls_answering) + " of " +
           number_of(vantage.controls, "control answers us.", "controls answer us.");
  const std::size_t answering =
      count(snapshot, Verdict::kAvailable) + count(snapshot, Verdict::kBackupOnly) + count(snapshot, Verdict::kRefusing);
  if (answering > 0) return "It is them: " + who + ". " + number_of(answering, "other answers us.", "others answer us.");
  return "Nobody answers: " + who + ". No control is known, so it may be us.";
}

std::string status_page(const Snapshot& snapshot) {
  const std::string verdict = verdict_sentence(snapshot);
  std::string main =
      "<h1 class=\"" + std::string(mood(snapshot)) + "\">" + escaped(verdict) + "</h1>\n" + vantage_strip(snapshot);
  main += destinations(snapshot);
  main += "<h2>Outages</h2>\n" +
          outage_table(newest_outages(snapshot.destinations, kOutagesMax), OutagesOf::kEverybody, snapshot.taken);
  return framed("mxpulse: " + verdict, main);
}

}  // namespace mxpulse::page
