#include "daemon/readers.hpp"

#include "daemon/destinations_json.hpp"
#include "page/assets.hpp"
#include "page/destination_page.hpp"
#include "page/runbook_page.hpp"
#include "page/status_page.hpp"

namespace mxpulse::daemon {
namespace {

using Text = Result<std::string>;
using Found = Result<std::optional<std::string>>;

// Of the newest snapshot.
template <typename Tell>
Text told(SnapshotSource& snapshots, Tell tell) {
  const auto snapshot = snapshots.newest();
  return snapshot ? Text(tell(**snapshot)) : Text::failure(snapshot.why());
}

// Of one destination; nothing when it is not watched.
template <typename Tell>
Found told_of(SnapshotSource& snapshots, const DomainName& name, Tell tell) {
  const auto snapshot = snapshots.of(name);
  if (!snapshot) return Found::failure(snapshot.why());
  if (snapshot->destinations.empty()) return Found(std::nullopt);
  return Found(tell(*snapshot, snapshot->destinations.front()));
}

}  // namespace

void add_readers(http::Sources& sources, SnapshotSource& snapshots, const metrics::Metrics& metrics,
                 const std::atomic<std::uint16_t>& port) {
  sources.metrics = [&](MetricsTier tier, MetricsFormat format) {
    return told(snapshots, [&](const Snapshot& snapshot) { return metrics.text(snapshot, tier, format); });
  };
  sources.destinations = [&](std::size_t offset, std::size_t limit) {
    return told(snapshots, [&](const Snapshot& snapshot) { return destinations_json(snapshot, offset, limit); });
  };
  sources.destination = [&](const DomainName& name) { return told_of(snapshots, name, destination_json); };
  sources.mx_targets = [&] { return told(snapshots, [&](const Snapshot& snapshot) { return mx_targets_json(snapshot, port); }); };
  sources.page = [&] { return told(snapshots, page::status_page); };
  sources.destination_page = [&](const DomainName& name) { return told_of(snapshots, name, page::destination_page); };
  sources.files = {{"/status.css", {"text/css; charset=utf-8", std::string(page::kStatusCss)}},
                   {"/status.js", {"text/javascript; charset=utf-8", std::string(page::kStatusJs)}},
                   {"/icon.svg", {"image/svg+xml", std::string(page::kIconSvg)}},
                   {"/runbook", {"text/html; charset=utf-8", page::runbook_page(page::kRunbook)}}};
}

}  // namespace mxpulse::daemon
