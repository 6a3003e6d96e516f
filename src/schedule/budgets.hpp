// How often whole networks and providers are asked: their many addresses are one neighbour.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <unordered_map>

#include "mxpulse/address.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::schedule {

struct Allowances {
  Duration per_network = std::chrono::seconds(1);          // of a /24 or /48, on average between two connects; 0: no limit
  Duration per_provider = std::chrono::milliseconds(200);  // of a provider

  bool operator==(const Allowances&) const = default;
};

inline constexpr unsigned kBurst = 20;  // connects that may follow one another at once after a pause

// One queue a key, first come, first served: a place is a time, and once given it stays.
template <typename Key>
class Budget {
 public:
  SteadyTime reserve(const Key& key, Duration spacing, SteadyTime now) {
    if (spacing <= Duration(0)) return now;
    forget_idle(now);
    SteadyTime& full = full_until_.try_emplace(key, now).first->second;
    full = std::max(full, now) + spacing;
    return std::max(now, full - spacing * static_cast<int>(kBurst));
  }

  std::size_t size() const { return full_until_.size(); }

 private:
  // Who may burst again needs no entry. Looked for ever more rarely the more there are, so that it costs little each time.
  void forget_idle(SteadyTime now) {
    if (full_until_.size() < look_at_) return;
    std::erase_if(full_until_, [&](const auto& one) { return one.second <= now; });
    look_at_ = std::max(kLookAt, 2 * full_until_.size());
  }

  static constexpr std::size_t kLookAt = 1024;

  std::unordered_map<Key, SteadyTime> full_until_;  // when all its places are free again
  std::size_t look_at_ = kLookAt;
};

// Pure: no clock.
class Budgets {
 public:
  explicit Budgets(Allowances allowances) : allowances_(allowances) {}

  // Counts from the next connect on.
  void set_allowances(Allowances allowances) { allowances_ = allowances; }

  // When one connect to the address may begin: now, or later, behind those that came first.
  SteadyTime reserve(const Address& address, const std::string& provider, SteadyTime now);

 private:
  Allowances allowances_;
  Budget<Address> networks_;  // by their first address
  Budget<std::string> providers_;
};

}  // namespace mxpulse::schedule
