#include "simulation/story.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>

#include "config/load.hpp"

namespace mxpulse::test {
namespace {

using namespace std::chrono_literals;
using Connects = HostBehaviour::Connects;

constexpr std::size_t kTurnsBetweenCloseLooks = 97;
const std::string kGreeting = "220 mx ESMTP\r\n";
const std::vector<std::string> kHostileGreetings{std::string(9000, 'A'), "554 \x1b]0;owned\x07 \xc3\x28\r\n",
                                                 "421 \"} 1\nmxpulse_holds{mode=\"\\\r\n",
                                                 "450 why=x\rlevel=error event=\"gate\r\n"};

std::string stamp(Now now, Duration running) {
  const auto seconds = std::chrono::duration_cast<std::chrono::milliseconds>(running).count();
  const auto wall = std::chrono::duration_cast<std::chrono::seconds>(now.system.time_since_epoch()).count();
  return std::to_string(seconds / 1000) + "." + std::to_string(1000 + seconds % 1000).substr(1) + " (wall " +
         std::to_string(wall) + ") ";
}

}  // namespace

Story::Story(std::uint64_t seed, std::shared_ptr<const dns::ProviderList> providers, Trace trace)
    : random_(seed), trace_(std::move(trace)), auditor_(world_, [this](const std::string& promise, const std::string& how) {
        note("BROKEN " + promise + ": " + how);
        if (!broken_) broken_ = {promise, how};
      }) {
  world_.providers = std::move(providers);
  next_ = world_.time.make([this] { happen(); });
  world_.mta.on_bounce([this](const DomainName& name) { auditor_.truly_bounced(name); });
  world_.disk.on_taken([this](const Batch&) {
    if (std::exchange(dies_at_a_write_, false)) at(between(0s, 300ms), [this] { crash(); });
  });
  length_ = between(4h, 20h);
  between_events_ = between(5min, 90min);
  const std::vector<void (Story::*)()> all{
      &Story::outage,           &Story::outage,         &Story::outage,        &Story::flap,          &Story::provider_outage,
      &Story::blocked_for_us,   &Story::cut_off,        &Story::local_trouble, &Story::name_fault,    &Story::resolver_down,
      &Story::clock_step,       &Story::suspend,        &Story::change_mx,     &Story::forge,         &Story::flood,
      &Story::relay_fails,      &Story::naps,           &Story::table_stuck,   &Story::disk_full,     &Story::crash,
      &Story::crash_at_a_write, &Story::stop_and_start, &Story::reload,        &Story::no_dns_socket, &Story::strangers};
  // Some seeds know few kinds of trouble, so that each meets calm too.
  const std::size_t odds = 1 + below(4);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (i < 2 || below(odds) == 0) events_.push_back(all[i]);
  remembers_ = !one_in(4);
  if (one_in(3)) world_.watchlist_max = 2 + below(8);
  config_ = draw_config();
  draw_hosts();
  draw_sites();
}

Story::~Story() = default;

std::optional<Story::Broken> Story::run() {
  start();
  for (std::size_t site = 0; site < sites_.size(); ++site) at(between(0s, 10min), [this, site] { send_mail(site); });
  at(between(1min, 30min), [this] { draw_event(); });
  for (std::size_t turns = 0; !broken_ && world_.time.running() < length_; ++turns) {
    world_.time.turn(length_ - world_.time.running());
    turns % kTurnsBetweenCloseLooks == 0 ? auditor_.look_closely() : auditor_.look();
  }
  if (!broken_) auditor_.check_texts();
  return broken_;
}

Duration Story::between(Duration least, Duration most) {
  return Duration(std::uniform_int_distribution<Duration::rep>(least.count(), most.count())(random_));
}

void Story::at(Duration delay, std::function<void()> happens) {
  agenda_.emplace(world_.time.running() + delay, std::move(happens));
  next_->start_once(agenda_.begin()->first - world_.time.running());
}

void Story::happen() {
  const auto due = agenda_.extract(agenda_.begin());
  if (!agenda_.empty()) next_->start_once(agenda_.begin()->first - world_.time.running());
  due.mapped()();
}

void Story::note(const std::string& line) {
  if (trace_) trace_(stamp(world_.time.now(), world_.time.running()) + line);
}

std::string Story::draw_config() {
  const auto pick = [&](std::initializer_list<const char*> choices) {
    return std::string(choices.begin()[below(choices.size())]);
  };
  std::string text = "[probe]\nallow = [\"192.0.2.0/24\", \"2001:db8::/32\"]\n";
  if (one_in(6)) text += "deny = [\"192.0.2.0/29\"]\n";
  text += "interval = \"" + pick({"1m", "5m", "5m", "10m"}) + "\"\n";
  text += "interval_undecided = \"" + pick({"10s", "30s", "60s"}) + "\"\n";
  text += "interval_silent_max = \"" + pick({"3m", "10m", "10m"}) + "\"\n";
  text += "per_address = \"" + pick({"10s", "60s", "60s", "2m"}) + "\"\n";
  text += "connect_timeout = \"" + pick({"10s", "30s"}) + "\"\n";
  text += "max_in_flight = " + pick({"1", "4", "100"}) + "\n";
  text += "[health]\nfall = " + pick({"1", "2", "3", "3"}) + "\nrise = " + pick({"1", "1", "1", "2"}) + "\n";
  text += "[watch]\nbounces = " + pick({"1", "2", "3"}) + "\nforget = \"" + pick({"3h", "24h"}) + "\"\n";
  if (one_in(4) && !sites_.empty()) text += "destinations = [\"" + one_of(sites_).name.text() + "\"]\n";
  if (one_in(6) && !sites_.empty()) text += "never_hold = [\"" + one_of(sites_).name.text() + "\"]\n";
  text += one_in(5) ? "[vantage]\ncontrols = []\n"
                    : "[vantage]\ncontrols = [\"control0.example\", \"control1.example\", \"control2.example\"]\n";
  text += "[gate]\nmode = \"" + pick({"enforce", "enforce", "enforce", "observe"}) + "\"\n";
  text += "max_hold = \"" + pick({"15m", "24h", "24h"}) + "\"\n";
  if (one_in(2)) text += "schedule = [\"5m\", \"10m\", \"20m\", \"40m\"]\n";
  text += "[gate.postfix]\ntable = \"hash:/hold\"\n";
  if (remembers_) text += "[store]\npath = \"/store\"\n";
  if (one_in(4)) text += "[dns]\ncache = " + pick({"0", "3", "20"}) + "\n";
  if (one_in(4)) text += "[metrics]\nmax_destinations = " + pick({"0", "2"}) + "\n";
  text += "[log]\nlevel = \"debug\"\nformat = \"" + pick({"logfmt", "json"}) + "\"\n";
  return text;
}

Address Story::next_address() {
  ++addresses_;
  const std::string text = one_in(4) ? "2001:db8::" + std::to_string(addresses_) : "192.0.2." + std::to_string(addresses_);
  return *Address::parse(text);
}

void Story::draw_hosts() {
  const std::size_t count = 2 + below(5);
  for (std::size_t i = 0; i < count; ++i) {
    Host host{"mx" + std::to_string(i) + ".provider" + std::to_string(i % 3) + ".example", {}};
    for (std::size_t n = 1 + below(4) / 3; n > 0; --n) host.addresses.push_back(next_address());
    for (const Address& address : host.addresses) world_.network.set_host(address, HostBehaviour::greeting(kGreeting));
    world_.dns.set_addresses(host.name, host.addresses);
    hosts_.push_back(std::move(host));
  }
  for (const int i : {0, 1, 2}) {
    const std::string control = "control" + std::to_string(i) + ".example";
    const std::vector<Address> addresses{*Address::parse("192.0.2.20" + std::to_string(i)),
                                         *Address::parse("2001:db8::c" + std::to_string(i))};
    for (const Address& address : addresses) world_.network.set_host(address, HostBehaviour::greeting(kGreeting));
    world_.dns.set_mx(control, {{10, "mx." + control}});
    world_.dns.set_addresses("mx." + control, addresses);
  }
  world_.dns.set_ttl(one_in(2) ? 60 : 1800);
}

void Story::draw_sites() {
  const std::size_t count = 1 + below(6);
  for (std::size_t i = 0; i < count; ++i) {
    Site site{*DomainName::parse("site" + std::to_string(i) + ".example"), {}, between(1min, 20min)};
    if (one_in(5)) site.between_mails = between(5h, 20h);  // who writes so rarely seldom bounces
    for (std::size_t n = 1 + below(5) / 3; n > 0; --n) site.hosts.push_back(below(hosts_.size()));
    publish(site);
    sites_.push_back(std::move(site));
  }
}

void Story::publish(const Site& site) {
  std::vector<std::pair<std::uint16_t, std::string>> mx;
  for (std::size_t i = 0; i < site.hosts.size(); ++i)
    mx.emplace_back(static_cast<std::uint16_t>(10 * (i + 1)), hosts_[site.hosts[i]].name);
  world_.dns.set_mx(std::string(site.name.text()), mx);
}

void Story::start() {
  if (machine_) return;
  auto config = config::parse(config_, "simulation.toml");
  assert(config);
  note("starts");
  machine_ = std::make_unique<Machine>(
      world_, std::move(*config), random_(), auditor_,
      [this](std::string_view line) {
        auditor_.log_line(line);
        if (trace_) note("  " + std::string(line.substr(0, line.size() - 1)));
      },
      [this](auto resolver) { return auditor_.wrap(std::move(resolver)); });
  auditor_.started(*machine_);
  machine_->follow_log();
}

void Story::crash() {
  if (!machine_) return;
  const bool guard_too = one_in(4);
  note(guard_too ? "is killed, and its guard with it" : "is killed");
  machine_.reset();
  auditor_.gone();
  if (!guard_too) world_.mta.empty_table();
  at(one_in(2) ? between(0s, 30s) : between(1min, 2h), [this] { start(); });
}

// Between two writes, while things happen: the next one is never as far.
void Story::crash_at_a_write() { dies_at_a_write_ = true; }

void Story::stop_and_start() {
  if (!machine_) return;
  note("stops");
  machine_->stop();
  if (!world_.mta.table().empty() && !world_.mta.table_is_stuck())
    broken_ = {"who stops leaves no hold", "the table is not empty"};
  machine_.reset();
  auditor_.gone();
  at(between(0s, 10min), [this] { start(); });
}

void Story::reload() {
  if (!machine_) return;
  config_ = draw_config();
  note("reloads " + config_);
  machine_->reload(std::move(*config::parse(config_, "simulation.toml")));
  auditor_.config_reloaded();
}

void Story::send_mail(std::size_t site) {
  world_.mta.submit(sites_[site].name);
  at(between(sites_[site].between_mails / 2, sites_[site].between_mails * 2), [this, site] { send_mail(site); });
}

void Story::draw_event() {
  (this->*one_of(events_))();
  at(between(between_events_ / 4, between_events_ * 2), [this] { draw_event(); });
}

const Address& Story::any_address() { return one_of(one_of(hosts_).addresses); }

HostBehaviour Story::draw_failure() {
  switch (below(12)) {
    case 0: return HostBehaviour::failing(Connects::kFails, ECONNREFUSED);
    case 1: return HostBehaviour::failing(Connects::kFails, EHOSTUNREACH);
    case 2: return HostBehaviour::failing(Connects::kFails, ECONNRESET);
    case 3: return HostBehaviour::greeting("421 too busy\r\n");
    case 4: return HostBehaviour::greeting("554 no\r\n");
    case 5: return HostBehaviour::greeting(one_of(kHostileGreetings));
    case 6: {
      HostBehaviour host;
      host.connects = Connects::kStands;  // and not a word
      if (one_in(2)) host.ends = HostBehaviour::Ends::kCloses;
      return host;
    }
    case 7: {
      HostBehaviour slow = HostBehaviour::greeting(kGreeting);
      slow.says.front().after = between(1s, 100s);
      return slow;
    }
    default: return HostBehaviour::failing(Connects::kNever);
  }
}

void Story::break_host(const Address& address, HostBehaviour behaviour, Duration time) {
  const auto met = meet(behaviour, address, {30s, 60s});
  note(address.text() + " is " + std::string(label(met.result.cause)) + " for " + std::to_string(to_seconds(time)) + " s");
  world_.network.set_host(address, std::move(behaviour));
  at(time, [this, address] {
    note(address.text() + " is well again");
    world_.network.set_host(address, HostBehaviour::greeting(kGreeting));
  });
}

void Story::outage() {
  const auto failure = draw_failure();
  const Duration time = one_in(3) ? between(30s, 10min) : between(10min, 8h);
  const Host& host = one_of(hosts_);
  for (const Address& address : host.addresses) break_host(address, failure, time);
}

void Story::flap() {
  const Address address = any_address();
  Duration from{0};
  for (std::size_t cycles = 2 + below(8); cycles > 0; --cycles) {
    const Duration down = between(10s, 10min);
    at(from, [this, address, down] { break_host(address, HostBehaviour::failing(Connects::kNever), down); });
    from += down + between(10s, 10min);
  }
}

void Story::provider_outage() {
  const std::size_t provider = below(3);
  const Duration time = between(10min, 5h);
  for (std::size_t i = provider; i < hosts_.size(); i += 3)
    for (const Address& address : hosts_[i].addresses) break_host(address, HostBehaviour::failing(Connects::kNever), time);
}

void Story::blocked_for_us() {
  const Address address = any_address();
  note(address.text() + " blocks us alone");
  world_.network.set_host_for_us(address, HostBehaviour::failing(Connects::kNever));
  at(between(10min, 5h), [this, address] { world_.network.set_host_for_us(address, {}); });
}

void Story::cut_off() {
  note("our port 25 is blocked");
  world_.network.set_our_trouble(HostBehaviour::failing(Connects::kNever));
  at(between(1min, 90min), [this] {
    note("our port 25 is open");
    world_.network.set_our_trouble({});
  });
}

void Story::local_trouble() {
  const int error = one_of(std::vector<int>{EMFILE, ENETUNREACH, EADDRNOTAVAIL, EPERM, ENOBUFS});
  note("this machine cannot connect: errno " + std::to_string(error));
  world_.network.set_our_trouble(HostBehaviour::failing(Connects::kFailsHere, error));
  at(between(10s, 2h), [this] {
    note("this machine can connect again");
    world_.network.set_our_trouble({});
  });
}

void Story::name_fault() {
  const std::string name = one_in(2) ? std::string(one_of(sites_).name.text()) : one_of(hosts_).name;
  const auto fault = one_of(std::vector<DnsFault>{DnsFault::kServerFailure, DnsFault::kRefused, DnsFault::kNoReply});
  note("the lookup of " + name + " fails");
  world_.dns.set_fault(name, fault);
  at(between(1min, 4h), [this, name] {
    note("the lookup of " + name + " works");
    world_.dns.set_fault(name, DnsFault::kNone);
  });
}

void Story::resolver_down() {
  note("our resolver is down");
  world_.dns.set_down(true);
  at(between(1min, 3h), [this] {
    note("our resolver is up");
    world_.dns.set_down(false);
  });
}

void Story::no_dns_socket() {
  note("there is no socket for DNS");
  world_.dns.set_without_socket(true);
  at(between(10s, 2h), [this] {
    note("there are sockets for DNS");
    world_.dns.set_without_socket(false);
  });
}

void Story::clock_step() {
  const Duration by = one_in(3) ? between(1s, 2min) : between(1min, 48h);
  const Duration signed_by = one_in(2) ? by : -by;
  note("the wall clock is set by " + std::to_string(to_seconds(signed_by)) + " s");
  world_.time.step(signed_by);
}

void Story::suspend() {
  const Duration time = between(10s, 6h);
  note("the machine sleeps for " + std::to_string(to_seconds(time)) + " s");
  world_.time.suspend(time);
  auditor_.slept();
}

void Story::change_mx() {
  Site& site = sites_[below(sites_.size())];
  site.hosts = {below(hosts_.size())};
  if (one_in(3)) site.hosts.push_back(below(hosts_.size()));
  note(site.name.text() + " moves to " + hosts_[site.hosts.front()].name);
  publish(site);
  if (!one_in(5)) return;
  note(site.name.text() + " names a null MX");
  world_.dns.set_mx(std::string(site.name.text()), {{0, ""}});
}

// What outsiders can bring into a mail log: their own words, in replies and addresses.
void Story::forge() {
  const std::string site(one_of(sites_).name.text());
  const std::string address = any_address().text();
  const std::vector<std::string> lines{
      "postfix/smtp[9]: 4F" + std::to_string(addresses_) + ": to=<a@" + site +
          ">, relay=none, dsn=4.4.1, status=deferred (connect to relay.elsewhere.example[203.0.113.9]:25: Connection timed out)",
      "postfix/smtpd[9]: NOQUEUE: reject: RCPT from x[203.0.113.9]: to=<a@" + site +
          ">, relay=none, dsn=4.4.1, status=deferred (connect to mx[" + address + "]:25: Connection timed out)",
      "postfix/smtp[9]: 4F: to=<\"x>, relay=none, dsn=4.4.1, status=deferred (connect to mx[" + address +
          "]:25: Connection timed out)\"@elsewhere.example>, relay=y[203.0.113.1]:25, dsn=2.0.0, status=sent (250 ok)",
      "postfix/smtp[9]: 4F: to=<a@" + site +
          ">, relay=mx[203.0.113.5]:25, dsn=4.0.0, status=deferred (host mx[203.0.113.5] said: 451 " + "connect to " + site +
          "[" + address + "]:25: Connection timed out (in reply to RCPT TO command))",
      "postfix/cleanup[9]: 4F: message-id=<to=<a@" + site + ">, relay=none, dsn=4.4.1, status=deferred (Connection timed out)>",
      "postfix/smtp[9]: 4F: to=<a@" + site +
          ">, relay=none, dsn=4.3.2, status=deferred (delivery temporarily suspended: connect to mx[" + address +
          "]:25: Connection timed out)"};
  note("forged lines about " + site);
  for (std::size_t i = 5 + below(20); i > 0; --i) world_.mta.write_log(world_.mta.stamp() + one_of(lines));
}

// Real bounces of one sender for somebody who answers: a relay's address, a wrong host.
void Story::flood() {
  const Site& site = one_of(sites_);
  note("a flood of bounces for " + site.name.text());
  auditor_.truly_bounced(site.name);
  const Host& host = hosts_[site.hosts.front()];
  for (std::size_t i = 10 + below(200); i > 0; --i)
    world_.mta.write_log(world_.mta.bounce_line(site.name, host.name, host.addresses.front(), "Connection timed out"));
}

// More than there is room for, where there is little: who bounced longest ago makes room.
void Story::strangers() {
  const bool little_room = world_.watchlist_max < watch::Options{}.destinations_max;
  note("strangers bounce");
  for (std::size_t i = 1 + below(little_room ? 20 : 3); i > 0; --i) {
    const DomainName name = *DomainName::parse("stranger" + std::to_string(++strangers_) + ".example");
    Host host = one_of(hosts_);
    if (one_in(2)) host = {"mx." + name.text(), {*Address::parse("2001:db8::5:" + std::to_string(strangers_))}};
    world_.dns.set_mx(std::string(name.text()), {{10, host.name}});
    world_.dns.set_addresses(host.name, host.addresses);
    auditor_.truly_bounced(name);
    for (std::size_t bounces = 1 + below(3); bounces > 0; --bounces)
      world_.mta.write_log(world_.mta.bounce_line(name, host.name, host.addresses.front(), "Connection timed out"));
  }
}

// Bounces of the MTA's own, at a host that is not the destination's.
void Story::relay_fails() {
  const Site& site = one_of(sites_);
  note("a relay does not answer, with mail for " + site.name.text());
  for (std::size_t i = 5 + below(20); i > 0; --i)
    at(between(0s, 1h), [this, &site] {
      world_.mta.write_log(
          world_.mta.bounce_line(site.name, "relay.elsewhere.example", *Address::parse("203.0.113.9"), "Connection timed out"));
    });
}

// A laptop's: too short for anybody to notice.
void Story::naps() {
  note("the machine takes naps");
  for (std::size_t i = 20 + below(60); i > 0; --i)
    at(between(0s, 4h), [this] {
      world_.time.suspend(between(50s, 110s));
      auditor_.slept();
    });
}

void Story::disk_full() {
  note("the store's disk is full");
  world_.disk.set_full(true);
  at(between(10s, 3h), [this] {
    note("the store's disk has room");
    world_.disk.set_full(false);
  });
}

void Story::table_stuck() {
  note("the hold table cannot be written");
  world_.mta.set_table_stuck(true);
  at(between(10s, 2h), [this] {
    note("the hold table can be written");
    world_.mta.set_table_stuck(false);
  });
}

}  // namespace mxpulse::test
