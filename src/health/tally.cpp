#include "health/tally.hpp"

#include <numeric>
#include <tuple>

namespace mxpulse::health {
namespace {

std::size_t& at(VerdictCounts& counts, Verdict verdict) { return counts[static_cast<std::size_t>(verdict)]; }

}  // namespace

bool Tally::Rank::operator<(const Rank& other) const {
  return std::tie(other.unavailable, other.destinations, *provider) < std::tie(unavailable, destinations, *other.provider);
}

Tally::Rank Tally::rank_of(const Counts::value_type& provider) {
  const auto& [name, counts] = provider;
  return {counts[static_cast<std::size_t>(Verdict::kUnavailable)], std::accumulate(counts.begin(), counts.end(), std::size_t{0}),
          &name};
}

void Tally::add(std::string_view provider, Verdict verdict) {
  ++at(all_, verdict);
  if (provider.empty()) return;
  auto& counted = *by_provider_.try_emplace(std::string(provider)).first;
  worst_first_.erase(rank_of(counted));
  ++at(counted.second, verdict);
  worst_first_.insert(rank_of(counted));
}

void Tally::remove(std::string_view provider, Verdict verdict) {
  --at(all_, verdict);
  if (provider.empty()) return;
  const auto found = by_provider_.find(provider);
  worst_first_.erase(rank_of(*found));
  --at(found->second, verdict);
  const Rank rank = rank_of(*found);
  if (rank.destinations > 0)
    worst_first_.insert(rank);
  else
    by_provider_.erase(found);
}

std::vector<ProviderView> Tally::worst(std::size_t count) const {
  std::vector<ProviderView> views;
  for (const Rank& rank : worst_first_) {
    if (views.size() == count) break;
    views.push_back({*rank.provider, by_provider_.at(*rank.provider)});
  }
  return views;
}

}  // namespace mxpulse::health
