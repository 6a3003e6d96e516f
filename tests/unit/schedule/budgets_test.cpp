#include "schedule/budgets.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::schedule;
using namespace std::chrono_literals;

namespace {

SteadyTime at(Duration time) { return SteadyTime(time); }

Address in_network(int network, int host) {
  return *Address::parse("198.51." + std::to_string(network) + "." + std::to_string(host));
}

}  // namespace

TEST_CASE("a network is asked twenty times at once, then once a second, in the order of asking") {
  Budgets budgets({1s, 0s});
  for (int host = 0; host < 20; ++host) CHECK(budgets.reserve(in_network(1, host), "p", at(100s)) == at(100s));
  for (int host = 20; host < 200; ++host)
    CHECK(budgets.reserve(in_network(1, host), "p", at(100s)) == at(100s + std::chrono::seconds(host - 19)));
  CHECK(budgets.reserve(in_network(2, 1), "p", at(100s)) == at(100s));  // another one is not concerned
}

TEST_CASE("a pause gives its places back, one a second, and no more than twenty") {
  Budgets budgets({1s, 0s});
  for (int host = 0; host < 20; ++host) budgets.reserve(in_network(1, host), "p", at(100s));
  CHECK(budgets.reserve(in_network(1, 1), "p", at(103s)) == at(103s));
  int at_once = 0;
  while (budgets.reserve(in_network(1, 1), "p", at(10'000s)) == at(10'000s)) ++at_once;
  CHECK(at_once == 20);
}

TEST_CASE("a provider's networks share its budget") {
  Budgets budgets({0s, 200ms});
  for (int network = 0; network < 20; ++network) CHECK(budgets.reserve(in_network(network, 1), "p", at(0s)) == at(0s));
  CHECK(budgets.reserve(in_network(30, 1), "p", at(0s)) == at(200ms));
  CHECK(budgets.reserve(in_network(30, 1), "q", at(0s)) == at(0s));
}

TEST_CASE("IPv6 networks are /48s") {
  Budgets budgets({1s, 0s});
  for (int i = 0; i < 20; ++i) budgets.reserve(*Address::parse("2001:db8:1:" + std::to_string(i) + "::1"), "p", at(0s));
  CHECK(budgets.reserve(*Address::parse("2001:db8:1:ffff::9"), "p", at(0s)) == at(1s));
  CHECK(budgets.reserve(*Address::parse("2001:db8:2::9"), "p", at(0s)) == at(0s));
}

TEST_CASE("without an allowance there is no limit") {
  Budgets budgets({0s, 0s});
  for (int i = 0; i < 1000; ++i) CHECK(budgets.reserve(in_network(1, 1), "p", at(0s)) == at(0s));
}

TEST_CASE("who has been idle costs no memory") {
  Budget<int> budget;
  for (int key = 0; key < 100'000; ++key) budget.reserve(key, 1s, at(std::chrono::milliseconds(key * 100)));
  CHECK(budget.size() <= 1024);
}
