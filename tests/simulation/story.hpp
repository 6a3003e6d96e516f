// What happens on the fake world in one run, drawn from one seed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "world/auditor.hpp"
#include "world/machine.hpp"

namespace mxpulse::test {

// Outages, flaps, cuts of our own, clock steps, sleeps, crashes, reloads, forged lines, floods, MX changes, full disks: all
// of them in some seeds, none in others.
class Story {
 public:
  using Trace = std::function<void(const std::string& line)>;
  struct Broken {
    std::string promise;
    std::string how;
  };

  // `trace` may be empty.
  Story(std::uint64_t seed, std::shared_ptr<const dns::ProviderList> providers, Trace trace);
  ~Story();

  // Runs to its end, or to the first broken promise.
  std::optional<Broken> run();

  Duration told() const { return world_.time.running(); }
  std::size_t probes() const { return world_.network.connects().size(); }

 private:
  struct Host {
    std::string name;
    std::vector<Address> addresses;
  };
  struct Site {
    DomainName name;
    std::vector<std::size_t> hosts;
    Duration between_mails;
  };

  // Chance.
  std::size_t below(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }
  bool one_in(std::size_t count) { return below(count) == 0; }
  Duration between(Duration least, Duration most);
  template <typename T>
  const T& one_of(const std::vector<T>& all) {
    return all[below(all.size())];
  }

  void at(Duration delay, std::function<void()> happens);
  void happen();
  void note(const std::string& line);

  std::string draw_config();
  void draw_hosts();
  void draw_sites();
  void publish(const Site& site);
  Address next_address();

  void start();
  void crash();
  void crash_at_a_write();
  void stop_and_start();
  void reload();
  void send_mail(std::size_t site);

  void draw_event();
  void outage();
  void flap();
  void provider_outage();
  void blocked_for_us();
  void cut_off();
  void local_trouble();
  void name_fault();
  void resolver_down();
  void no_dns_socket();
  void clock_step();
  void suspend();
  void change_mx();
  void forge();
  void flood();
  void strangers();
  void relay_fails();
  void naps();
  void table_stuck();
  void disk_full();
  void break_host(const Address& address, HostBehaviour behaviour, Duration time);
  HostBehaviour draw_failure();
  const Address& any_address();

  std::mt19937_64 random_;
  Trace trace_;
  std::optional<Broken> broken_;
  World world_;
  Auditor auditor_;
  std::vector<Host> hosts_;
  std::vector<Site> sites_;
  std::multimap<Duration, std::function<void()>> agenda_;
  std::unique_ptr<Alarm> next_;
  std::unique_ptr<Machine> machine_;
  std::string config_;
  bool remembers_ = false;
  bool dies_at_a_write_ = false;
  unsigned addresses_ = 0;
  unsigned strangers_ = 0;
  std::vector<void (Story::*)()> events_;  // of this seed
  Duration between_events_{};
  Duration length_{};
};

}  // namespace mxpulse::test
