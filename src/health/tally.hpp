// How many destinations stand how: in all, and at each provider.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mxpulse/snapshot.hpp"
#include "mxpulse/verdict.hpp"

namespace mxpulse::health {

// Kept as things change, so that whoever reads it need not look at every destination.
class Tally {
 public:
  // Without a provider it counts among all, and for none.
  void add(std::string_view provider, Verdict verdict);
  // One that was added with exactly these.
  void remove(std::string_view provider, Verdict verdict);

  const VerdictCounts& all() const { return all_; }
  std::size_t providers() const { return by_provider_.size(); }
  // At most `count`: those with most destinations unavailable first, then those with most at all, then by name.
  std::vector<ProviderView> worst(std::size_t count) const;

 private:
  struct Rank {
    std::size_t unavailable;
    std::size_t destinations;
    const std::string* provider;  // a key of by_provider_
    bool operator<(const Rank& other) const;
  };

  using Counts = std::map<std::string, VerdictCounts, std::less<>>;
  static Rank rank_of(const Counts::value_type& provider);

  VerdictCounts all_{};
  Counts by_provider_;
  std::set<Rank> worst_first_;
};

}  // namespace mxpulse::health
