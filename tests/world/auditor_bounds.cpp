// The auditor's eye on all that grows with what comes in: each has a bound of its own.
#include <algorithm>

#include "health/incident_log.hpp"
#include "watch/watchlist.hpp"
#include "world/auditor.hpp"

namespace mxpulse::test {
namespace {

constexpr std::size_t kDescriptors = 1000;  // that the machine has for probes
constexpr std::size_t kAlarmsMax = 100;     // of the parts, however much is watched
constexpr std::size_t kPathsMax = 4;        // of a control: both families, within our own network and beyond
// Of one lookup: the MX, two a host, and of each the three names above it when it fails; these go on when the lookup is settled.
constexpr std::size_t kQuestionsMax = (1 + 2 * kHostsMax) * 4;

std::size_t lines_beginning(std::string_view text, std::string_view with) {
  std::size_t found = 0;
  for (std::size_t at = text.find(with); at != std::string_view::npos; at = text.find(with, at + 1)) ++found;
  return found;
}

}  // namespace

// What is under way, or on the list, when another configuration comes goes on.
void Auditor::heed_bounds(const config::Config& config) {
  in_flight_max_ = std::max(in_flight_max_, config.probe.max_in_flight == 0 ? kDescriptors : config.probe.max_in_flight);
  configured_max_ = std::max(configured_max_, config.watch.destinations.size());
  controls_max_ = std::max(controls_max_, config.vantage.controls.size());
}

void Auditor::at_most(std::string_view what, std::size_t kept, std::size_t bound) {
  if (kept <= bound) return;
  broken_("9: everything is bounded", std::to_string(kept) + " " + std::string(what) + ", at most " + std::to_string(bound));
}

void Auditor::check_bounds() {
  const std::size_t ours = machine_->probes_in_flight();
  at_most("probes in flight", ours, in_flight_max_);
  at_most("alarms", world_.time.alarms_set(),
          kAlarmsMax + ours + world_.dns.questions() + 2 * world_.mta.queued() + destinations_.size());
  at_most("DNS questions in flight", world_.dns.questions(),
          kQuestionsMax * (lookups_open_ + destinations_.size() + left_.size() + controls_max_));
}

void Auditor::check_kept() {
  const daemon::Load load = machine_->load();
  at_most("destinations that bounced", load.bouncing, world_.watchlist_max);
  at_most("destinations watched", load.watched, world_.watchlist_max + configured_max_);
  at_most("lookups of destinations", load.lookups, daemon::kLookupsMax);
  at_most("lookups under way", lookups_open_, load.lookups + controls_max_);
  at_most("addresses asked", load.asked, kAddressesMax * load.watched);
  at_most("addresses known", load.known, load.asked);
  at_most("no-answers held back", load.held_back, load.asked);
  // Who left keeps its last connect for a while.
  at_most("addresses on the schedule", load.scheduled,
          2 * kAddressesMax * (world_.watchlist_max + configured_max_) + kPathsMax * controls_max_);
  at_most("destinations with outages", load.with_outages, load.watched + health::kFormerMax);
  at_most("entries of the DNS cache", machine_->cached(), cache_max_);
  const auto courses = machine_->gatekeeper().on_course();
  at_most("courses after a bounce", courses.size(), load.watched);
  at_most("holds", machine_->gatekeeper().held_count(), courses.size());
}

void Auditor::check_history(const DestinationView& view) {
  at_most("bounces of one destination", view.bounces, watch::kMessagesMax);
  if (view.history) at_most("outages of one destination", view.history->incidents.size(), health::kIncidentsMax);
}

void Auditor::check_series(std::string_view metrics) {
  at_most("destinations exported", lines_beginning(metrics, "\nmxpulse_destination_available{"),
          machine_->config().metrics.max_destinations);
}

}  // namespace mxpulse::test
