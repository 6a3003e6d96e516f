// Pieces that several pages share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mxpulse/snapshot.hpp"

namespace mxpulse::page {

// A verdict with its mark, so that colour is never all there is to tell it by.
std::string verdict_badge(Verdict verdict);

// What the gate does with its mail, and when it is tried next.
std::string gate_words(const GateAnswer& gate, GateMode mode);

std::string destination_link(const DomainName& name);

// Opens the runbook where it speaks of this: "mxpulsedestinationnoanswer".
std::string runbook_link(std::string_view section);

struct Outage {
  const DestinationView* view;
  const Incident* incident;
};

// Those that last first, then the newest; at most `limit`.
std::vector<Outage> newest_outages(const std::vector<DestinationView>& views, std::size_t limit);

std::string outage_table(const std::vector<Outage>& outages, SystemTime now);

}  // namespace mxpulse::page
