// How many fell silent at once: when most did, and on most providers, it is rather us.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "mxpulse/address.hpp"
#include "mxpulse/shared_text.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::health {

struct Panic {
  double ratio = 0.5;                          // more than this share falling silent at once is our own fault; 1: never
  std::size_t least = 10;                      // destinations; with fewer there is no panic
  Duration window = std::chrono::minutes(10);  // "at once"
  std::size_t providers_when_vouched = 3;      // while our controls answer, fewer silent providers are just that
};

// Counts addresses, the providers they belong to, and the destinations behind them.
// - fallen: no answer now, and the first of them within the window; silent longer, it is counted no more
// - a provider is silent while some of its addresses are fallen and none answers: one with many is one
class MassSilence {
 public:
  void answered(const Address& address, const SharedText& provider);
  // `strangers_count`: one that never answered us falls silent too, else it says nothing.
  void silent(const Address& address, const SharedText& provider, std::size_t destinations, bool strangers_count, SteadyTime now);
  void forget(const Address& address);
  void expire(Duration window, SteadyTime now);

  // In words; empty: no panic.
  std::string why(const Panic& panic, bool vouched) const;

  bool has_answered(const Address& address) const;
  // Addresses that answer, or fell silent within the window.
  std::size_t known() const { return answering_ + fallen_; }
  bool knows_others(const Address& address) const;

 private:
  enum class State : std::uint8_t { kAnswering, kFallen, kSilent };

  struct Entry {
    SharedText provider;
    SteadyTime fell;
    std::uint32_t destinations = 0;
    State state = State::kSilent;
    bool has_answered = false;
  };

  struct Provider {
    std::size_t answering = 0;
    std::size_t fallen = 0;
  };

  void become(Entry& entry, State state);
  void count(const Entry& entry, bool more);

  std::unordered_map<Address, Entry> entries_;
  std::unordered_map<std::string, Provider> providers_;
  std::deque<std::pair<SteadyTime, Address>> falls_;  // by time; what has answered since is skipped
  std::size_t answering_ = 0;
  std::size_t fallen_ = 0;
  std::size_t fallen_destinations_ = 0;
  std::size_t known_providers_ = 0;
  std::size_t silent_providers_ = 0;
};

}  // namespace mxpulse::health
