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

std::string outage_row(const Outage& outage, OutagesOf whom, SystemTime now) {
  const Incident& one = *outage.incident;
  const std::string name =
      whom == OutagesOf::kEverybody ? "<th scope=\"row\">" + destination_link(outage.view->destination) + "</th>" : "";
  return "<tr>" + name + cell("From", time_element(one.first)) + cell("To", one.ended ? time_element(one.ended) : "still out") +
         cell("Lasted", lasted(one.ended.value_or(now) - one.first)) + "<td data-name=\"Cause\" title=\"" +
         escaped(sentence(one.cause)) + "\">" + std::string(label(one.cause)) + "</td>" +
         cell("Last words", in_quotes(one.last_words.view())) + "</tr>\n";
}

}  // namespace

const char* colour(Verdict verdict) { return look_of(verdict).colour; }

std::string silent_for(const DestinationView& view, SystemTime now) {
  return view.since ? dated(lasted(now - *view.since), view.since) : std::string(kUnknown);
}

std::string verdict_badge(Verdict verdict) {
  const Look look = look_of(verdict);
  return std::string("<span class=\"verdict ") + look.colour + "\"><span aria-hidden=\"true\">" + look.mark + "</span> " +
         look.words + "</span>";
}

std::string fact(const char* name, const std::string& value) {
  return std::string("<div><dt>") + name + "</dt><dd>" + value + "</dd></div>\n";
}

std::string cell(const char* name, const std::string& value) {
  return std::string("<td data-name=\"") + name + "\">" + value + "</td>";
}

std::string gate_words(const GateAnswer& gate, GateMode mode, SystemTime now) {
  if (gate.exhausted) return "retries exhausted";
  if (!gate.next_retry) return std::string(kUnknown);
  const char* would = mode == GateMode::kObserve ? "would be held" : "held";
  const std::string state = !gate.hold ? "delivers" : gate.trial ? "one trial under way" : would;
  return state + " <small>next retry " + time_until(gate.next_retry, now) + ", " + time_element(gate.next_retry) + "</small>";
}

std::string destination_link(const DomainName& name) {
  return "<a href=\"/destinations/" + escaped(name.text()) + "\"><bdi>" + escaped(name.text()) + "</bdi></a>";
}

std::string runbook_link(std::string_view section) { return "<a href=\"/runbook#" + std::string(section) + "\">what to do</a>"; }

std::vector<Outage> newest_outages(const std::vector<Shared<DestinationView>>& views, std::size_t limit) {
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

std::string outage_table(const std::vector<Outage>& outages, OutagesOf whom, SystemTime now) {
  if (outages.empty()) return "<p>No outage that we know of.</p>\n";
  std::string rows;
  for (const Outage& outage : outages) rows += outage_row(outage, whom, now);
  return "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Outages\"><table class=\"outages\">\n<thead><tr>" +
         std::string(whom == OutagesOf::kEverybody ? "<th scope=\"col\">Destination</th>" : "") +
         "<th scope=\"col\">From</th><th scope=\"col\">To</th><th scope=\"col\">Lasted</th><th "
         "scope=\"col\">Cause</th><th scope=\"col\">Last words</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table></div>\n";
}

}  // namespace mxpulse::page
