#include "dns/cares_resolver.hpp"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <set>

#include "net/timer.hpp"
#include "scripted_dns_server.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::test;
using namespace std::chrono_literals;

namespace {

std::uint16_t no_room_for = 0;  // sockets connected to this port cannot be waited for
bool ipv6_is_off = false;
int refused = 0;

bool is_connected_to(int fd, std::uint16_t port) {
  sockaddr_in peer{};
  socklen_t length = sizeof peer;
  return getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) == 0 && ntohs(peer.sin_port) == port;
}

}  // namespace

// In place of the C library's.
extern "C" int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) {
  if (no_room_for != 0 && operation == EPOLL_CTL_ADD && is_connected_to(fd, no_room_for)) {
    ++refused;
    errno = ENOSPC;
    return -1;
  }
  return static_cast<int>(syscall(SYS_epoll_ctl, epoll, operation, fd, event));
}

// As where IPv6 is switched off, when it is to be.
extern "C" int connect(int fd, const sockaddr* to, socklen_t length) {
  if (!ipv6_is_off || to->sa_family != AF_INET6) return static_cast<int>(syscall(SYS_connect, fd, to, length));
  ++refused;
  errno = EADDRNOTAVAIL;
  return -1;
}

namespace {

struct MovableClock final : Clock {
  Now now() const override { return {time, SystemTime(1'700'000'000s)}; }
  SteadyTime time{1h};
};

struct Observed final : DnsObserver {
  void queried(DnsAnswer answer, Duration) override { ++queries[answer]; }
  void cache_hit(bool stale) override { ++(stale ? stale_hits : hits); }
  void resolver_answers(bool answers) override { answering = answers; }
  std::map<DnsAnswer, int> queries;
  int hits = 0;
  int stale_hits = 0;
  std::optional<bool> answering;
};

const Reply kNoData{0, {}, {soa("example")}, std::nullopt, false};
const Reply kNoSuchDomain{3, {}, {soa("example")}, std::nullopt, false};
const Reply kServerFailure{2, {}, {}, std::nullopt, false};

Reply answering(std::vector<Bytes> records) { return {0, std::move(records), {}, std::nullopt, false}; }

// d.example has mx1 (v4 and v6) and mx2 (v4).
std::optional<Reply> usual(const std::string& asked, int type) {
  if (asked == "d.example" && type == kMx)
    return answering({mx("d.example", 20, "mx2.example"), mx("d.example", 10, "mx1.example")});
  if (asked == "mx1.example" && type == kA) return answering({a("mx1.example", "192.0.2.1")});
  if (asked == "mx1.example" && type == kAaaa) return answering({a("mx1.example", "2001:db8::1")});
  if (asked == "mx2.example" && type == kA) return answering({a("mx2.example", "192.0.2.2")});
  if (asked == "mx1.example" || asked == "mx2.example" || asked == "d.example" || asked.empty()) return kNoData;
  return kNoSuchDomain;
}

struct Example {
  explicit Example(ScriptedDnsServer::Script script = usual, dns::Options given = {})
      : server(loop, std::move(script)), options(std::move(given)) {
    if (options.servers.empty()) options.servers = {server.endpoint()};
    options.timeout = 100ms;
    options.tries = 1;
    resolver = std::move(*dns::make_cares_resolver(loop, clock, options, &observed));
  }

  MxSet resolve(const char* destination = "d.example") {
    std::shared_ptr<const MxSet> found;
    resolver->resolve(*DomainName::parse(destination), [&](std::shared_ptr<const MxSet> set) {
      found = std::move(set);
      loop.stop();
    });
    CHECK_FALSE(found);  // never inside the call
    loop.run();
    return *found;
  }

  net::Loop loop;
  MovableClock clock;
  Observed observed;
  ScriptedDnsServer server;
  dns::Options options;
  std::unique_ptr<Resolver> resolver;
};

}  // namespace

TEST_CASE("an MX set has its hosts by preference, with addresses of both families") {
  Example dns;
  const MxSet set = dns.resolve();
  CHECK_FALSE(set.failure);
  CHECK(set.fresh);
  REQUIRE(set.hosts.size() == 2);
  CHECK(set.hosts[0].name.text() == "mx1.example");
  CHECK(set.hosts[0].addresses == std::vector{*Address::parse("192.0.2.1"), *Address::parse("2001:db8::1")});
  CHECK(set.hosts[1].preference == 20);
  CHECK(dns.observed.answering == true);
}

TEST_CASE("equal preferences come in random order") {
  Example dns([](const std::string& asked, int type) -> std::optional<Reply> {
    if (type == kMx) return answering({mx(asked, 10, "a.example"), mx(asked, 10, "b.example"), mx(asked, 10, "c.example")});
    return type == kA ? answering({a(asked, "192.0.2.1")}) : kNoData;
  });
  std::set<std::string> first;
  for (int i = 0; i < 50; ++i) first.emplace(dns.resolve().hosts[0].name.text());
  CHECK(first.size() == 3);
}

TEST_CASE("without any MX record the domain is its own host, and only then") {
  Example dns([](const std::string& asked, int type) -> std::optional<Reply> {
    return asked == "plain.example" && type == kA ? answering({a(asked, "192.0.2.9")}) : kNoData;
  });
  const MxSet set = dns.resolve("plain.example");
  CHECK(set.implicit);
  CHECK(set.hosts.at(0).addresses.size() == 1);
  const MxSet none = dns.resolve("empty.example");
  CHECK(none.failure == Cause::kNoAddress);
}

TEST_CASE("null MX, no such domain, dangling MX") {
  Example dns([](const std::string& asked, int type) -> std::optional<Reply> {
    if (asked == "null.example") return answering({mx(asked, 0, "")});
    if (asked == "mixed.example") return answering({mx(asked, 0, ""), mx(asked, 10, "mx1.example")});
    if (asked == "dangling.example" && type == kMx) return answering({mx(asked, 10, "gone.example")});
    return usual(asked, type);
  });
  CHECK(dns.resolve("null.example").failure == Cause::kNullMx);
  CHECK(dns.resolve("mixed.example").hosts.size() == 1);
  CHECK(dns.resolve("nothere.example").failure == Cause::kNoSuchDomain);
  const MxSet dangling = dns.resolve("dangling.example");
  CHECK(dangling.failure == Cause::kNoAddress);
  CHECK(dangling.hosts.at(0).failure == Cause::kNoAddress);
}

TEST_CASE("aliases are followed, for the destination and for its host; a loop of them ends") {
  Example dns([](const std::string& asked, int type) -> std::optional<Reply> {
    if (asked == "alias.example" && type == kMx)
      return answering({record("alias.example", kCname, name("d.example")), mx("d.example", 10, "www.example")});
    if (asked == "www.example" && type == kA)
      return answering({record("www.example", kCname, name("mx1.example")), a("mx1.example", "192.0.2.1")});
    if (asked == "loop.example")
      return answering(
          {record("loop.example", kCname, name("loop2.example")), record("loop2.example", kCname, name("loop.example"))});
    return usual(asked, type);
  });
  CHECK(dns.resolve("alias.example").hosts.at(0).addresses.size() == 1);
  CHECK(dns.resolve("loop.example").failure == Cause::kNoAddress);
}

TEST_CASE("a set of 40 hosts is cut to 10, an address list to 4") {
  Example dns([](const std::string& asked, int type) -> std::optional<Reply> {
    std::vector<Bytes> records;
    if (type == kMx) {
      for (int i = 0; i < 40; ++i) records.push_back(mx(asked, 10, "h" + std::to_string(i) + ".example"));
    } else if (type == kA) {
      for (int i = 1; i <= 9; ++i) records.push_back(a(asked, ("192.0.2." + std::to_string(i)).c_str()));
    }
    return records.empty() ? kNoData : answering(records);
  });
  const MxSet set = dns.resolve();
  CHECK(set.hosts.size() == kHostsMax);
  CHECK(set.hosts_omitted == 30);
  CHECK(set.hosts[0].addresses.size() == kAddressesPerHostMax);
  CHECK(set.hosts[0].addresses_omitted == 5);
}

TEST_CASE("a truncated answer is asked again over TCP") {
  Example dns([](const std::string& asked, int type) -> std::optional<Reply> {
    auto reply = usual(asked, type);
    if (type == kMx) reply->only_over_tcp = true;
    return reply;
  });
  CHECK(dns.resolve().hosts.size() == 2);
  CHECK(dns.server.over_tcp() == 1);
}

TEST_CASE("answers are cached for their TTL, negative ones too") {
  Example dns;
  dns.resolve();
  const MxSet again = dns.resolve();
  CHECK_FALSE(again.fresh);
  CHECK(dns.server.asked("d.example", kMx) == 1);
  CHECK(dns.server.asked("mx2.example", kAaaa) == 1);
  CHECK(dns.observed.hits == 5);
  dns.clock.time += 61s;
  CHECK(dns.resolve().fresh);
  CHECK(dns.server.asked("d.example", kMx) == 2);
}

TEST_CASE("many answers out of the cache let other work of the loop be done between them") {
  Example dns;
  dns.resolve();
  int told = 0;
  int told_when_posted = 0;
  constexpr int kMany = 200;
  for (int i = 0; i < kMany; ++i) {
    dns.resolver->resolve(*DomainName::parse("d.example"), [&](const std::shared_ptr<const MxSet>&) {
      if (told++ == 0) dns.loop.post([&] { told_when_posted = told; });
      if (told == kMany) dns.loop.stop();
    });
  }
  dns.loop.run();
  CHECK(told_when_posted > 0);
  CHECK(told_when_posted < kMany);
}

TEST_CASE("the same question in flight is asked once") {
  Example dns;
  int told = 0;
  for (int i = 0; i < 10; ++i) {
    dns.resolver->resolve(*DomainName::parse("d.example"), [&](std::shared_ptr<const MxSet>) {
      if (++told == 10) dns.loop.stop();
    });
  }
  dns.loop.run();
  CHECK(dns.server.asked("d.example", kMx) == 1);
}

TEST_CASE("a name that fails while others are answered is dns_temporary") {
  Example dns([](const std::string& asked, int type) -> std::optional<Reply> {
    return asked == "bad.example" ? kServerFailure : usual(asked, type);
  });
  const MxSet set = dns.resolve("bad.example");
  CHECK(set.failure == Cause::kDnsTemporary);
  CHECK(dns.observed.answering == true);
}

TEST_CASE("a resolver that answers nothing is down, whether it is silent or fails for all") {
  Example silent([](const std::string&, int) -> std::optional<Reply> { return std::nullopt; });
  CHECK(silent.resolve().failure == Cause::kResolverDown);
  CHECK(silent.observed.answering == false);
  Example failing([](const std::string&, int) -> std::optional<Reply> { return kServerFailure; });
  CHECK(failing.resolve().failure == Cause::kResolverDown);
}

TEST_CASE("an authoritative server that refuses the root still works") {
  Example dns([](const std::string& asked, int type) -> std::optional<Reply> {
    return asked == "d.example" || asked.starts_with("mx") ? usual(asked, type)
                                                           : std::optional(Reply{5, {}, {}, std::nullopt, false});
  });
  CHECK(dns.resolve("other.test").failure == Cause::kDnsTemporary);
}

TEST_CASE("with a dead first server the second one answers, and is asked first from then on") {
  net::Loop loop;
  ScriptedDnsServer dead(loop, [](const std::string&, int) -> std::optional<Reply> { return std::nullopt; });
  ScriptedDnsServer alive(loop, usual);
  MovableClock clock;
  dns::Options options;
  options.servers = {dead.endpoint(), alive.endpoint()};
  options.timeout = 100ms;
  options.tries = 1;
  const auto resolver = std::move(*dns::make_cares_resolver(loop, clock, options, nullptr));
  const auto resolve = [&](const char* text) {
    std::shared_ptr<const MxSet> found;
    resolver->resolve(*DomainName::parse(text), [&](std::shared_ptr<const MxSet> set) {
      found = std::move(set);
      loop.stop();
    });
    loop.run();
    return found;
  };
  CHECK(resolve("d.example")->hosts.size() == 2);
  CHECK(resolve("nothere.example")->failure == Cause::kNoSuchDomain);
  CHECK(dead.asked("nothere.example", kMx) == 0);
}

TEST_CASE("past its TTL an answer serves while no server gives a fresh one, and says that it is stale") {
  Example dns;
  dns.resolve();
  dns.server.rescript([](const std::string&, int) -> std::optional<Reply> { return kServerFailure; });
  dns.clock.time += 1h;
  const MxSet stale = dns.resolve();
  CHECK_FALSE(stale.failure);
  CHECK(stale.stale);
  CHECK(stale.hosts.at(0).addresses.size() == 2);
  CHECK(dns.observed.stale_hits > 0);
  dns.clock.time += 25h;
  CHECK(dns.resolve().failure == Cause::kResolverDown);
}

TEST_CASE("unreadable answers are failures, never more") {
  const std::vector<Bytes> messages{
      {},
      {0x81},
      {0x81, 0x80, 0, 1, 0xff, 0xff, 0, 0, 0, 0},  // records that are not there
      {0x81, 0x80, 0, 1,  0, 1, 0,    0,  0, 0,  1, 'd', 7, 'e', 'x', 'a', 'm', 'p', 'l',
       'e',  0,    0, 15, 0, 1, 0xc0, 12, 0, 15, 0, 1,   0, 0,   0,   1,   0,   9,   0},  // rdata cut off
      {0x81, 0x80, 0, 1, 0,    1,  0, 0,  0, 0, 1, 'd', 7, 'e', 'x', 'a', 'm', 'p', 'l',  'e', 0,
       0,    15,   0, 1, 0xc0, 27, 0, 15, 0, 1, 0, 0,   0, 1,   0,   4,   0,   1,   0xc0, 41},  // a pointer to itself
  };
  for (const Bytes& message : messages) {
    Example dns([&](const std::string& asked, int type) -> std::optional<Reply> {
      if (asked == "d.example" && type == kMx) return Reply{0, {}, {}, message, false};
      return usual(asked, type);
    });
    CHECK(dns.resolve().failure == Cause::kDnsTemporary);
  }
}

TEST_CASE("a socket that the system cannot wait for is looked at in between, and no name fails for it") {
  Example example([](const std::string& asked, int type) {
    auto reply = usual(asked, type);
    if (asked == "d.example") reply->only_over_tcp = true;
    return reply;
  });
  example.options.timeout = 5s;
  example.resolver = std::move(*dns::make_cares_resolver(example.loop, example.clock, example.options, &example.observed));
  no_room_for = example.server.endpoint().port;
  const MxSet set = example.resolve();
  no_room_for = 0;
  CHECK(refused > 1);
  CHECK_FALSE(set.failure);
  CHECK(set.hosts.size() == 2);
  CHECK(example.server.over_tcp() > 0);
}

TEST_CASE("a name that no socket is left to ask for is no failure of that name, whoever else was answered") {
  Example dns([](const std::string& asked, int type) {
    auto reply = usual(asked, type);
    if (asked == "long.example" && type == kMx) reply = answering({mx(asked, 10, "mx1.example")}), reply->only_over_tcp = true;
    return reply;
  });
  CHECK_FALSE(dns.resolve("d.example").failure);
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{3, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  const MxSet set = dns.resolve("long.example");
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(set.failure == Cause::kLocalError);
  CHECK(set.why.view() == "no socket to ask for long.example");
  dns.clock.time += 1min;
  CHECK_FALSE(dns.resolve("long.example").failure);
}

TEST_CASE("a server of a family that this machine lacks keeps no name from failing") {
  Example dns([](const std::string& asked, int type) -> std::optional<Reply> {
    if (asked == "failing.example") return kServerFailure;
    return usual(asked, type);
  });
  dns.options.servers = {dns.server.endpoint(), {*Address::parse("2001:db8::53"), 53}};
  dns.resolver = std::move(*dns::make_cares_resolver(dns.loop, dns.clock, dns.options, &dns.observed));
  CHECK_FALSE(dns.resolve("d.example").failure);
  ipv6_is_off = true;
  refused = 0;
  const MxSet set = dns.resolve("failing.example");
  ipv6_is_off = false;
  CHECK(refused > 0);
  CHECK(set.failure == Cause::kDnsTemporary);
}

TEST_CASE("destroying the resolver drops what is in flight") {
  Example dns([](const std::string&, int) -> std::optional<Reply> { return std::nullopt; });
  bool told = false;
  dns.resolver->resolve(*DomainName::parse("d.example"), [&](std::shared_ptr<const MxSet>) { told = true; });
  net::Timer end(dns.loop, [&] {
    if (dns.resolver) return dns.resolver.reset();
    dns.loop.stop();
  });
  end.start_every(30ms);
  dns.loop.run();
  CHECK_FALSE(told);
}
