#include "health/vantage.hpp"

#include <algorithm>
#include <set>

namespace mxpulse::health {
namespace {

constexpr const char* kNobodyEver =
    ", and nobody ever answered since the start. Look whether the firewall here, or your provider, blocks outgoing port 25; "
    "many hosting providers do until they are asked to open it. To try: mxpulse check gmail.com";
constexpr unsigned kLocalErrorsMax = 3;  // in a row, on a path: one may be a passing shortage

std::size_t index(Path path) { return static_cast<std::size_t>(std::find(kPaths.begin(), kPaths.end(), path) - kPaths.begin()); }

std::string words(Path path) {
  return std::string(path.family == Family::kIPv4 ? "IPv4" : "IPv6") + (path.internet ? "" : " within our own network");
}

}  // namespace

std::size_t Vantage::PathState::silent_controls() const {
  return static_cast<std::size_t>(
      std::count_if(controls.begin(), controls.end(), [](const auto& one) { return one.second.last == Outcome::kNoAnswer; }));
}

std::size_t Vantage::PathState::controls_answering() const {
  return static_cast<std::size_t>(
      std::count_if(controls.begin(), controls.end(), [](const auto& one) { return one.second.last == Outcome::kAnswered; }));
}

void Vantage::set_control(const DomainName& control, const std::vector<Path>& paths) {
  for (const Path path : kPaths) {
    auto& controls = state(path).controls;
    if (std::find(paths.begin(), paths.end(), path) != paths.end())
      controls.try_emplace(control);
    else
      controls.erase(control);
  }
}

void Vantage::control_said(const DomainName& control, Path path, Outcome outcome) {
  auto& controls = state(path).controls;
  const auto found = controls.find(control);
  if (found == controls.end()) return;
  if (outcome == Outcome::kAnswered || outcome == Outcome::kNoAnswer) found->second.last = outcome;
}

void Vantage::heard(const Address& address, Path path, const SharedText& provider, std::size_t destinations,
                    const ProbeResult& result, SteadyTime now) {
  PathState& at = state(path);
  at.in_use = true;
  switch (outcome(result.cause)) {
    case Outcome::kAnswered: at.mass.answered(address, provider); return heard_answer(at, address, now);
    case Outcome::kNoAnswer:
      at.local_errors = 0;
      // Who never answered us, while our controls do, is one more that does not.
      return at.mass.silent(address, provider, destinations, !at.controls_vouch(), now);
    default: break;
  }
  if (result.cause != Cause::kLocalError) return;
  // A family that never worked here is one we do not have; the other is what we are.
  const Family other = path.family == Family::kIPv4 ? Family::kIPv6 : Family::kIPv4;
  const bool never_had = result.no_route && !ever_heard(path.family) && (path.family == Family::kIPv6 || ever_heard(other));
  if (never_had) {
    at.in_use = false;
    return;
  }
  ++at.local_errors;
  at.local_error = result.why;
}

void Vantage::heard_answer(PathState& path, const Address& address, SteadyTime now) {
  path.ever_heard = true;
  path.local_errors = 0;
  auto& [newest, other] = path.newest;
  if (newest && newest->address != address) other = newest;
  newest = Heard{address, now};
}

void Vantage::forget(const Address& address, Path path) { state(path).mass.forget(address); }

Judgement Vantage::judge(const Address& address, Path path, SteadyTime ended, SteadyTime now) const {
  const PathState& at = state(path);
  const bool only_panic = !at.why.empty() && trouble_but_panic(path).empty();
  // Nobody vouches for us, yet a stranger's silence is all there is to count; it holds no mail.
  const bool stranger = at.controls.empty() && !at.mass.has_answered(address);
  if (!trusts(path, now)) return only_panic && stranger ? Judgement::kCounts : Judgement::kOurs;
  const auto& [newest, other] = at.newest;
  const auto& witness = newest && newest->address != address ? newest : other;
  if (witness && witness->at >= ended) return Judgement::kCounts;
  if (!at.controls.empty()) return ended + options_.patience > now ? Judgement::kDoubtful : Judgement::kOurs;
  return at.mass.knows_others(address) && ended + options_.wait > now ? Judgement::kDoubtful : Judgement::kCounts;
}

std::optional<Vantage::Change> Vantage::turn(SteadyTime now) {
  for (const Path path : kPaths) {
    PathState& at = state(path);
    at.mass.expire(options_.panic.window, now);
    std::string why = at.in_use || !at.controls.empty() ? trouble(path) : "";
    if (!at.why.empty() && why.empty()) at.grace_ends = now + options_.grace;
    at.why = std::move(why);
  }
  Change change{is_impaired(), why()};
  if (change.impaired == !told_.empty()) return std::nullopt;
  told_ = change.why;
  return change;
}

void Vantage::begin_grace(SteadyTime now) {
  for (PathState& path : paths_) path.grace_ends = now + options_.grace;
}

std::string Vantage::trouble(Path path) const {
  std::string why = trouble_but_panic(path);
  if (why.empty()) {
    why = state(path).mass.why(options_.panic, state(path).controls_vouch());
    if (!why.empty()) why += state(path).ever_heard ? ": is it us?" : kNobodyEver;
  }
  return why;
}

std::string Vantage::trouble_but_panic(Path path) const {
  const PathState& at = state(path);
  if (!resolver_trouble_.empty()) return resolver_trouble_;
  if (at.local_errors >= kLocalErrorsMax) return words(path) + ": this machine cannot ask: " + at.local_error;
  const std::size_t silent = at.silent_controls();
  if (silent * 2 <= at.controls.size()) return "";
  std::string why =
      words(path) + ": " + std::to_string(silent) + " of " + std::to_string(at.controls.size()) + " controls are silent";
  return at.ever_heard ? why : why + kNobodyEver;
}

bool Vantage::trusts(Path path, SteadyTime now) const {
  const PathState& at = state(path);
  return at.why.empty() && (!at.grace_ends || *at.grace_ends <= now);
}

std::string Vantage::why() const {
  const auto used = [&](Family family) {
    return state({family, true}).in_use || state({family, false}).in_use || !state({family, true}).controls.empty();
  };
  const Family family = used(Family::kIPv4) || !used(Family::kIPv6) ? Family::kIPv4 : Family::kIPv6;
  for (const bool internet : {true, false}) {
    if (const auto& why = state({family, internet}).why; !why.empty()) return why;
  }
  return "";
}

bool Vantage::family_is_impaired(Family family) const {
  return !state({family, true}).why.empty() || !state({family, false}).why.empty();
}

bool Vantage::ever_heard(Family family) const { return state({family, true}).ever_heard || state({family, false}).ever_heard; }

std::size_t Vantage::controls_answering() const {
  std::set<DomainName> names;
  for (const PathState& path : paths_) {
    for (const auto& [name, control] : path.controls) {
      if (control.last == Outcome::kAnswered) names.insert(name);
    }
  }
  return names.size();
}

std::size_t Vantage::controls() const {
  std::set<DomainName> names;
  for (const PathState& path : paths_) {
    for (const auto& [name, control] : path.controls) names.insert(name);
  }
  return names.size();
}

Vantage::PathState& Vantage::state(Path path) { return paths_[index(path)]; }
const Vantage::PathState& Vantage::state(Path path) const { return paths_[index(path)]; }

}  // namespace mxpulse::health
