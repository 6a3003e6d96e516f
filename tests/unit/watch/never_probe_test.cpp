#include "watch/never_probe.hpp"

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::watch;

namespace {

DomainName named(const char* text) { return *DomainName::parse(text); }

std::shared_ptr<const MxSet> example() {
  MxSet set;
  set.destination = named("dest.example");
  for (const char* host : {"mx1.shy.example", "mx.open.example"}) {
    set.hosts.emplace_back();
    set.hosts.back().name = named(host);
    set.hosts.back().addresses = {*Address::parse("192.0.2.1")};
  }
  return std::make_shared<const MxSet>(std::move(set));
}

}  // namespace

TEST_CASE("a listed name covers all below it, and nothing that only ends like it") {
  const NeverProbe never({named("shy.example")});
  CHECK(never.lists(named("shy.example")));
  CHECK(never.lists(named("a.b.shy.example")));
  CHECK_FALSE(never.lists(named("unshy.example")));
  CHECK_FALSE(never.lists(named("example")));
}

TEST_CASE("a listed host loses its addresses, the others keep theirs") {
  const auto set = NeverProbe({named("shy.example")}).spare(named("dest.example"), example());
  CHECK(set->hosts[0].addresses.empty());
  CHECK(set->hosts[1].addresses.size() == 1);
  CHECK_FALSE(set->failure);
}

TEST_CASE("a listed destination is not asked anywhere, and says why") {
  const auto set = NeverProbe({named("dest.example")}).spare(named("dest.example"), example());
  CHECK(set->failure == Cause::kDeniedAddress);
  CHECK(set->why.view() == "is on the never-probe list (watch.never_probe)");
  for (const MxHost& host : set->hosts) CHECK(host.addresses.empty());
}

TEST_CASE("with nobody listed the set is left as it is") {
  const auto set = example();
  CHECK(NeverProbe().spare(named("dest.example"), set) == set);
  CHECK(NeverProbe({named("else.example")}).spare(named("dest.example"), set) == set);
}
