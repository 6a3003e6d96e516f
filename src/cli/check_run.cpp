#include "cli/check_run.hpp"

#include <algorithm>

namespace mxpulse::cli {
namespace {

constexpr auto kLookAgain = std::chrono::milliseconds(10);
constexpr health::Thresholds kEveryResultCounts{1, 1};

// A target that is no name: what is wrong with it is the report.
std::shared_ptr<const MxSet> no_such_target(const std::string& why) {
  auto set = std::make_shared<MxSet>();
  set->failure = Cause::kNoSuchDomain;
  set->why = SharedText("not a domain name: " + why);
  return set;
}

std::shared_ptr<const MxSet> only_address(const Address& address) {
  auto set = std::make_shared<MxSet>();
  set->hosts.emplace_back();
  set->hosts.back().addresses.push_back(address);
  return set;
}

std::string printable(const std::string& text) {
  std::string result;
  for (const char c : text) result += c >= 0x20 && c < 0x7f ? c : '?';
  return result;
}

}  // namespace

CheckRun::CheckRun(net::Loop& loop, const Clock& clock, Resolver* resolver, Limits limits, Tell tell)
    : clock_(clock), resolver_(resolver), limits_(limits), tell_(std::move(tell)), look_again_(loop, [this] { pump(); }) {}

void CheckRun::begin(TargetSource source, Prober& prober, std::function<void()> ended) {
  source_ = std::move(source);
  prober_ = &prober;
  ended_ = std::move(ended);
  pump_later();
}

void CheckRun::pump_later() {
  if (!std::exchange(pumping_later_, true)) look_again_.start_once(Duration(0));
}

void CheckRun::pump() {
  pumping_later_ = false;
  while (under_way_ < limits_.targets) {
    const auto text = source_.next();
    if (!text) break;
    start(*text);
  }
  begin_probes();
  if (under_way_ == 0 && source_.ended()) {
    if (const auto ended = std::exchange(ended_, nullptr)) ended();
    return;
  }
  if (!to_ask_.empty() || (under_way_ < limits_.targets && !source_.ended())) look_again_.start_once(kLookAgain);
}

void CheckRun::start(const std::string& text) {
  ++under_way_;
  auto target = std::make_shared<Target>();
  target->text = printable(text);
  if (resolver_ == nullptr) {
    const auto address = Address::parse(text);
    if (!address) return looked_up(target, no_such_target("--direct takes addresses"));
    ask(target, *address);
    if (target->unanswered == 0) finish(*target);
    return;
  }
  const auto name = DomainName::parse(text);
  if (!name) return looked_up(target, no_such_target(name.why()));
  target->text = name->text();
  resolver_->resolve(*name, [this, target](std::shared_ptr<const MxSet> set) {
    looked_up(target, std::move(set));
    pump_later();
  });
}

void CheckRun::looked_up(const std::shared_ptr<Target>& target, std::shared_ptr<const MxSet> set) {
  target->set = std::move(set);
  for (const auto& asked : health::asked_addresses(*target->set)) ask(target, asked.address);
  if (target->unanswered == 0) finish(*target);
}

void CheckRun::ask(const std::shared_ptr<Target>& target, const Address& address) {
  const auto [place, is_new] = asked_.try_emplace(address);
  Asked& asked = place->second;
  if (asked.result) return;
  ++target->unanswered;
  asked.waiting.push_back(target);
  if (is_new) to_ask_.push_back(address);
}

void CheckRun::begin_probes() {
  while (!to_ask_.empty() && prober_->in_flight() < limits_.probes) {
    prober_->probe(to_ask_.back());
    to_ask_.pop_back();
  }
}

void CheckRun::probed(const Address& address, const ProbeResult& result) {
  Asked& asked = asked_.at(address);
  asked.result = std::make_unique<const ProbeResult>(result);
  for (const auto& target : std::exchange(asked.waiting, {})) {
    if (--target->unanswered == 0) finish(*target);
  }
  pump_later();
}

void CheckRun::finish(Target& target) {
  CheckReport report;
  report.target = std::move(target.text);
  report.set = target.set ? std::move(target.set) : only_address(*Address::parse(report.target));
  const Now now = clock_.now();
  health::AddressBook book(kEveryResultCounts);
  for (const auto& [position, address] : health::asked_addresses(*report.set)) {
    const MxHost& host = report.set->hosts[position];
    const ProbeResult& result = *asked_.at(address).result;
    report.asked.push_back({host.name.empty() ? address.text() : std::string(host.name.text()), host.preference, address, &result});
    book.record(address, result, now);
  }
  health::NoAnswerStreak lookups;
  lookups.record(Outcome::kNoAnswer, kEveryResultCounts, now);  // counts only where a lookup failed
  report.health = health::assess(*report.set, book, lookups);
  --under_way_;
  tell_(report);
}

}  // namespace mxpulse::cli
