// Plays a scenario on the fake world, and compares what it expects with what is there.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scenarios/script.hpp"
#include "world/auditor.hpp"
#include "world/machine.hpp"

namespace mxpulse::test {

class Player {
 public:
  Player();
  ~Player();

  // Throws ScriptError at the first step that cannot be done, expectation that is not met, or promise that is broken.
  void play(const Step& step);
  // Every log line and metric line parses.
  void end();

 private:
  using Words = std::vector<std::string>;
  using Verb = std::function<void()>;

  const std::string& word(std::size_t at) const;
  bool has(std::size_t at) const { return at < step_->words.size(); }
  bool is(std::size_t at, const char* text) const { return has(at) && step_->words[at] == text; }
  DomainName domain(std::size_t at) const;
  Address address(std::size_t at) const;
  Duration duration(std::size_t at) const;
  std::size_t number(std::size_t at) const;
  [[noreturn]] void fail(const std::string& why) const;
  void expect(const std::string& what, const std::string& seen, const std::string& wanted) const;
  // The words from `at` on: [>=|<=] N.
  void expect_number(const std::string& what, double seen, std::size_t at) const;

  void config();
  void reload();
  void start();
  void kill();
  void stop();
  void pass();
  void clock();
  void records();
  void fault();
  void host();
  HostBehaviour behaviour(std::size_t at) const;
  void network();
  void bounce();
  void mail();
  void log_line();
  void expectation();
  void expect_log(std::size_t at, bool there) const;
  void expect_metric() const;
  const DestinationView* view(const Snapshot& snapshot, const DomainName& name) const;

  World world_;
  Auditor auditor_;
  std::string broken_;
  std::string log_;
  std::string config_;
  std::unique_ptr<Machine> machine_;
  std::uint64_t starts_ = 0;
  const Step* step_ = nullptr;
  std::map<std::string, Verb> verbs_;
};

}  // namespace mxpulse::test
