#include "page/destination_page.hpp"

#include "page/frame.hpp"
#include "page/html.hpp"
#include "page/outage_bar.hpp"
#include "page/parts.hpp"
#include "page/time_text.hpp"

namespace mxpulse::page {
namespace {

std::string host_row(const HostView& host, std::uint16_t preference) {
  return "<tr><th scope=\"row\"><bdi>" + escaped(host.host.text()) + "</bdi></th>" +
         cell("Preference", std::to_string(preference)) + cell("Address", host.address.text()) +
         cell("Answers", !host.answering   ? std::string(kUnknown)
                         : *host.answering ? "yes"
                                           : "no") +
         cell("Cause", std::string(host.cause ? label(*host.cause) : kUnknown)) +
         cell("No-answers", host.streak > 0 ? std::to_string(host.streak) : std::string(kUnknown)) +
         cell("Connect", milliseconds_text(host.connect_time)) + cell("Greeting after", milliseconds_text(host.greeting_time)) +
         cell("Last probe", time_element(host.last_probe)) +
         cell("It says", host.greeting.empty() ? escaped(host.why.empty() ? kUnknown : host.why) : in_quotes(host.greeting)) +
         "</tr>\n";
}

std::string hosts(const Snapshot& snapshot, const DestinationView& view) {
  if (view.hosts.empty()) return "<p>No host is known.</p>\n";
  std::string rows;
  for (const HostChoice& choice : view.hosts) rows += host_row(snapshot.hosts[choice.host], choice.preference);
  return "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Mail hosts\"><table class=\"hosts\">\n<thead><tr><th "
         "scope=\"col\">Host</th><th scope=\"col\">Preference</th><th scope=\"col\">Address</th><th "
         "scope=\"col\">Answers</th><th "
         "scope=\"col\">Cause</th><th scope=\"col\">No-answers</th><th scope=\"col\">Connect</th><th scope=\"col\">Greeting "
         "after</th><th "
         "scope=\"col\">Last probe</th><th scope=\"col\">It says</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table></div>\n";
}

}  // namespace

std::string destination_page(const Snapshot& snapshot, const DestinationView& view) {
  const std::string name = escaped(view.destination.text());
  std::string main = "<h1 class=\"" + std::string(colour(view.verdict)) + "\"><bdi>" + name + "</bdi> " +
                     verdict_badge(view.verdict) + "</h1>\n<p>" + escaped(view.why.empty() ? "nothing is known yet" : view.why) +
                     "</p>\n";
  main += "<dl class=\"strip\">\n" + fact("Provider", "<bdi>" + escaped(view.provider) + "</bdi>") +
          fact("Cause", view.cause ? escaped(sentence(*view.cause)) : std::string(kUnknown)) +
          fact("No-answers in a row", view.streak > 0 ? std::to_string(view.streak) : std::string(kUnknown)) +
          fact("Silent for", silent_for(view, snapshot.taken)) + fact("Bounces lately", std::to_string(view.bounces)) +
          fact("Gate", gate_words(view.gate, snapshot.gate_mode, snapshot.taken)) +
          fact("Watched since", time_element(view.watched_since)) + fact("As of", time_element(snapshot.taken)) + "</dl>\n";
  main += "<p class=\"bars\">" + outage_bars(view, snapshot.taken) + "</p>\n" + outage_bars_legend();
  main += "<h2>Mail hosts</h2>\n" + hosts(snapshot, view);
  const auto section = view.gate.exhausted ? "mxpulseretriesexhausted" : "mxpulsedestinationnoanswer";
  main += "<h2>Outages</h2>\n" + outage_table(newest_outages({view}, 1000), OutagesOf::kOne, snapshot.taken);
  main += "<p><a href=\"/api/v1/destinations/" + name + "\">as JSON</a>, <a href=\"/api/v1/gate/" + name + "\">its gate</a>, " +
          runbook_link(section) + "</p>\n";
  return framed("mxpulse: " + view.destination.text(), main);
}

}  // namespace mxpulse::page
