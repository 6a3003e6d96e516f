#include "health/mass_silence.hpp"

namespace mxpulse::health {
namespace {

bool is_more_than(std::size_t part, double ratio, std::size_t whole) {
  return static_cast<double>(part) > ratio * static_cast<double>(whole);
}

}  // namespace

void MassSilence::answered(const Address& address, const SharedText& provider) {
  const auto [found, is_new] = entries_.try_emplace(address);
  Entry& entry = found->second;
  if (is_new) entry.provider = provider;
  entry.has_answered = true;
  become(entry, State::kAnswering);
}

void MassSilence::silent(const Address& address, const SharedText& provider, std::size_t destinations, bool strangers_count,
                         SteadyTime now) {
  const auto [found, is_new] = entries_.try_emplace(address);
  Entry& entry = found->second;
  if (is_new) entry.provider = provider;
  const bool falls = is_new ? strangers_count : entry.state == State::kAnswering;
  if (!falls) return;
  entry.destinations = static_cast<std::uint32_t>(destinations);
  entry.fell = now;
  become(entry, State::kFallen);
  falls_.emplace_back(now, address);
}

void MassSilence::forget(const Address& address) {
  const auto found = entries_.find(address);
  if (found == entries_.end()) return;
  become(found->second, State::kSilent);
  entries_.erase(found);
}

void MassSilence::expire(Duration window, SteadyTime now) {
  while (!falls_.empty() && falls_.front().first + window <= now) {
    const auto [fell, address] = falls_.front();
    falls_.pop_front();
    const auto found = entries_.find(address);
    if (found == entries_.end() || found->second.state != State::kFallen || found->second.fell != fell) continue;
    become(found->second, State::kSilent);
  }
}

std::string MassSilence::why(const Panic& panic, bool vouched) const {
  if (panic.ratio >= 1 || fallen_destinations_ < panic.least) return "";
  if (vouched && silent_providers_ < panic.providers_when_vouched) return "";
  if (!is_more_than(fallen_, panic.ratio, known()) || !is_more_than(silent_providers_, panic.ratio, known_providers_)) return "";
  return std::to_string(fallen_destinations_) + " destinations fell silent at once, " + std::to_string(fallen_) + " of " +
         std::to_string(known()) + " addresses and " + std::to_string(silent_providers_) + " of " +
         std::to_string(known_providers_) + " providers";
}

bool MassSilence::has_answered(const Address& address) const {
  const auto found = entries_.find(address);
  return found != entries_.end() && found->second.has_answered;
}

bool MassSilence::knows_others(const Address& address) const {
  const auto found = entries_.find(address);
  const bool is_known = found != entries_.end() && found->second.state != State::kSilent;
  return known() > (is_known ? 1U : 0U);
}

void MassSilence::become(Entry& entry, State state) {
  if (entry.state == state) return;
  count(entry, false);
  entry.state = state;
  count(entry, true);
}

// Takes the entry's part out of every count, or puts it in.
void MassSilence::count(const Entry& entry, bool more) {
  if (entry.state == State::kSilent) return;
  const auto add = [more](std::size_t& number, std::size_t part) { more ? number += part : number -= part; };
  const auto is_silent = [](const Provider& one) { return one.answering == 0 && one.fallen > 0; };
  const std::string name(entry.provider.view());
  Provider& provider = providers_[name];
  silent_providers_ -= is_silent(provider) ? 1 : 0;
  known_providers_ -= provider.answering + provider.fallen > 0 ? 1 : 0;
  if (entry.state == State::kAnswering) {
    add(answering_, 1);
    add(provider.answering, 1);
  } else {
    add(fallen_, 1);
    add(provider.fallen, 1);
    add(fallen_destinations_, entry.destinations);
  }
  silent_providers_ += is_silent(provider) ? 1 : 0;
  known_providers_ += provider.answering + provider.fallen > 0 ? 1 : 0;
  if (provider.answering + provider.fallen == 0) providers_.erase(name);
}

}  // namespace mxpulse::health
