// Pieces that several pages share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mxpulse/snapshot.hpp"

namespace mxpulse::page {

// A verdict with its mark, so that colour is never all there is to tell it by.
std::string verdict_badge(Verdict verdict);

// The class of its colour: good, middling, bad, still.
const char* colour(Verdict verdict);

// How long no address has answered, and since when.
std::string silent_for(const DestinationView& view, SystemTime now);

// What the gate does with its mail, and when it is tried next.
std::string gate_words(const GateAnswer& gate, GateMode mode, SystemTime now);

// A fact of a strip: its name, and below it the value as HTML.
std::string fact(const char* name, const std::string& value);

// A cell that knows its column's name, for narrow windows have no head; the value is HTML.
std::string cell(const char* name, const std::string& value);

std::string destination_link(const DomainName& name);

// Opens the runbook where it speaks of this: "mxpulsedestinationnoanswer".
std::string runbook_link(std::string_view section);

struct Outage {
  const DestinationView* view;
  const Incident* incident;
};

// Those that last first, then the newest; at most `limit`.
std::vector<Outage> newest_outages(const std::vector<Shared<DestinationView>>& views, std::size_t limit);

enum class OutagesOf : std::uint8_t { kEverybody, kOne };

// Of one destination its name is not repeated in each row.
std::string outage_table(const std::vector<Outage>& outages, OutagesOf whom, SystemTime now);

}  // namespace mxpulse::page
