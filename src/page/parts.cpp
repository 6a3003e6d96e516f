#include "page/parts.hpp"

#include <algorithm>

#include "page/html.hpp"
#include "page/time_text.hpp"

namespace mxpulse::page {
namespace {

// Class of the colour, mark, words.
struct Look {
  const char* colour;
  const char* mark;
  const char* words;
};

Look look_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAvailable: return {"good", "&#10003;", "available"};
    case Verdict::kBackupOnly: return {"middling", "&#9684;", "backup only"};
    case Verdict::kRefusing: return {"middling", "&#8856;", "refusing"};
    case Verdict::kUnavailable: return {"bad", "&#10005;", "no answer"};
    case Verdict::kUndeliverable: return {"still", "&#8709;", "undeliverable"};
    case Verdict::kUnknown: return {"still", "-", "unknown"};
  }
  return {"still", "-", "unknown"};
}

SystemTime end_of(const Incident& incident) { return incident.ended.value_or(SystemTime::max()); }

std::string outage_row(const Outage& outage, SystemTime now) {
  const Incident& one = *outage.incident;
  return "<tr><th scope=\"row\">" + destination_link(outage.view->destination) + "</th><td>" + time_element(one.first) +
         "</td><td>" + (one.ended ? time_element(one.ended) : "still out") + "</td><td>" +
         lasted(one.ended.value_or(now) - one.first) + "</td><td title=\"" + escaped(sentence(one.cause)) + "\">" +
         std::string(label(one.cause)) + "</td><td>" + in_quotes(one.last_words) + "</td></tr>\n";
}

}  // namespace

std::string verdict_badge(Verdict verdict) {
  const Look look = look_of(verdict);
  return std::string("<span class=\"verdict ") + look.colour + "\"><span aria-hidden=\"true\">" + look.mark + "</span> " +
         look.words + "</span>";
}

std::string gate_words(const GateAnswer& gate, GateMode mode) {
  if (gate.exhausted) return "retries exhausted";
  if (!gate.next_retry) return std::string(kUnknown);
  const char* would = mode == GateMode::kObserve ? "would be held" : "held";
  const std::string state = !gate.hold ? "delivers" : gate.trial ? "one trial under way" : would;
  return state + ", next retry " + time_element(gate.next_retry);
}

std::string destination_link(const DomainName& name) {
  return "<a href=\"/destinations/" + escaped(name.text()) + "\"><bdi>" + escaped(name.text()) + "</bdi></a>";
}

std::string runbook_link(std::string_view section) { return "<a href=\"/runbook#" + std::string(section) + "\">what to do</a>"; }

std::vector<Outage> newest_outages(const std::vector<DestinationView>& views, std::size_t limit) {
  std::vector<Outage> outages;
  for (const DestinationView& view : views) {
    if (!view.history) continue;
    for (const Incident& incident : view.history->incidents) outages.push_back({&view, &incident});
  }
  const auto newer = [](const Outage& a, const Outage& b) {
    if (end_of(*a.incident) != end_of(*b.incident)) return end_of(*a.incident) > end_of(*b.incident);
    return a.incident->first > b.incident->first;
  };
  const auto kept = std::min(limit, outages.size());
  std::partial_sort(outages.begin(), outages.begin() + static_cast<std::ptrdiff_t>(kept), outages.end(), newer);
  outages.resize(kept);
  return outages;
}

std::string outage_table(const std::vector<Outage>& outages, SystemTime now) {
  if (outages.empty()) return "<p>No outage that we know of.</p>\n";
  std::string rows;
  for (const Outage& outage : outages) rows += outage_row(outage, now);
  return "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Outages\"><table class=\"outages\">\n<thead><tr><th "
         "scope=\"col\">Destination</th><th scope=\"col\">From</th><th scope=\"col\">To</th><th scope=\"col\">Lasted</th><th "
         "scope=\"col\">Cause</th><th scope=\"col\">Last words</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table></div>\n";
}

}  // namespace mxpulse::page
