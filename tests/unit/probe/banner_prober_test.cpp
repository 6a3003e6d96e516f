#include "probe/banner_prober.hpp"

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <array>
#include <functional>
#include <thread>

#include "net/socket_address.hpp"
#include "net/timer.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace std::chrono_literals;

namespace {

const Address kLoopback = *Address::parse("127.0.0.1");
const Address kLoopback6 = *Address::parse("::1");

// A listening socket on loopback, on a port that the system chose.
struct Listener {
  explicit Listener(int backlog = 16, const Address& address = kLoopback)
      : socket(::socket(address.family == Family::kIPv4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const auto at = net::socket_address(address, 0);
    REQUIRE(bind(socket.get(), at.get(), at.length) == 0);
    REQUIRE(listen(socket.get(), backlog) == 0);
    sockaddr_in6 bound{};  // the port is in the same place in both families
    socklen_t length = sizeof bound;
    REQUIRE(getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &length) == 0);
    port = ntohs(bound.sin6_port);
  }

  net::Descriptor socket;
  std::uint16_t port = 0;
};

// A host that takes one connection and plays its part on a thread of its own.
struct Host {
  explicit Host(std::function<void(int)> part)
      : thread([this, part] {
          const net::Descriptor client(accept(listener.socket.get(), nullptr, nullptr));
          part(client.get());
        }) {}
  ~Host() { thread.join(); }

  Listener listener;
  std::thread thread;
};

void say(int fd, std::string_view text) { [[maybe_unused]] const auto sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL); }

std::string hear_all(int fd) {
  std::string heard;
  std::array<char, 256> buffer;
  for (ssize_t count = 0; (count = recv(fd, buffer.data(), buffer.size(), 0)) > 0;)
    heard.append(buffer.data(), static_cast<std::size_t>(count));
  return heard;
}

struct Told final : ProbeListener {
  void probed(const Address&, const ProbeResult& told) override { result = told; }
  std::optional<ProbeResult> result;
};

probe::Options options_for(std::uint16_t port) {
  probe::Options options;
  options.port = port;
  options.connect_timeout = 200ms;
  options.greeting_timeout = 200ms;
  options.policy = net::AddressPolicy({*AddressRange::parse("127.0.0.0/8"), *AddressRange::parse("::1")}, {});
  return options;
}

// Runs one probe until its conversation is over.
ProbeResult probe_once(const probe::Options& options, const Address& address = kLoopback) {
  net::Loop loop;
  const net::MachineClock clock;
  Told told;
  probe::BannerProber prober(loop, clock, options, told);
  prober.probe(address);
  CHECK_FALSE(told.result);  // never inside the call
  net::Timer look(loop, [&] {
    if (prober.in_flight() == 0) loop.stop();
  });
  look.start_every(1ms);
  loop.run();
  REQUIRE(told.result);
  return *told.result;
}

ProbeResult probe_host(const std::function<void(int)>& part) {
  const Host host(part);
  return probe_once(options_for(host.listener.port));
}

// A greeting, then whatever the client says until it closes.
ProbeResult probe_greeting(const std::string& greeting, std::string* heard = nullptr) {
  return probe_host([&](int fd) {
    say(fd, greeting);
    std::array<char, 256> buffer;
    const auto count = recv(fd, buffer.data(), buffer.size(), 0);
    if (heard != nullptr && count > 0) heard->append(buffer.data(), static_cast<std::size_t>(count));
    say(fd, "221 bye\r\n");
    const auto rest = hear_all(fd);
    if (heard != nullptr) *heard += rest;
  });
}

}  // namespace

TEST_CASE("a host that greets is ready, hears QUIT once and a clean close") {
  std::string heard;
  const auto result = probe_greeting("220 mx.example ESMTP\r\n", &heard);
  CHECK(result.cause == Cause::kReady);
  CHECK(result.reply_code == 220);
  CHECK(result.greeting == "220 mx.example ESMTP");
  CHECK(result.connect_time);
  CHECK(result.greeting_time);
  CHECK(heard == "QUIT\r\n");
}

TEST_CASE("busy, rejecting and other codes are answers") {
  CHECK(probe_greeting("421 later\r\n").cause == Cause::kBusy);
  CHECK(probe_greeting("554 no\r\n").cause == Cause::kRejecting);
  CHECK(probe_greeting("354 go on\r\n").cause == Cause::kNotSmtp);
}

TEST_CASE("nothing is said to a host before its final line, and nothing to one that speaks no SMTP") {
  std::string heard = "?";
  const auto result = probe_host([&](int fd) {
    say(fd, "220-wait\r\n");
    std::array<char, 16> buffer;
    timeval patience{0, 50'000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (recv(fd, buffer.data(), buffer.size(), 0) < 0) heard = "";
    say(fd, "220 go\r\n");
    patience = {5, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    hear_all(fd);
  });
  CHECK(result.cause == Cause::kReady);
  CHECK(heard.empty());
  heard = "?";
  CHECK(probe_host([&](int fd) {
          say(fd, "HTTP/1.1 400 Bad Request\r\n\r\n");
          heard = hear_all(fd);
        }).cause == Cause::kNotSmtp);
  CHECK(heard.empty());
}

TEST_CASE("a host that closes or resets before its greeting has dropped us") {
  CHECK(probe_host([](int) {}).cause == Cause::kDropped);
  CHECK(probe_host([](int fd) {
          const linger reset{1, 0};
          setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        }).cause == Cause::kDropped);
}

TEST_CASE("a host that accepts and says nothing is silent") {
  const auto result = probe_host([](int fd) { hear_all(fd); });
  CHECK(result.cause == Cause::kSilent);
  CHECK(result.connect_time);
  CHECK_FALSE(result.greeting_time);
}

TEST_CASE("a greeting that is begun and not ended is an answer") {
  CHECK(probe_host([](int fd) {
          say(fd, "220-wait\r\n");
          hear_all(fd);
        }).cause == Cause::kBusy);
}

TEST_CASE("a host that floods is cut off") {
  CHECK(probe_host([](int fd) {
          for (int i = 0; i < 100; ++i) say(fd, std::string(1000, 'x'));
        }).cause == Cause::kNotSmtp);
}

TEST_CASE("a port where nobody listens refuses") {
  std::uint16_t port = 0;
  { port = Listener().port; }
  CHECK(probe_once(options_for(port)).cause == Cause::kRefused);
}

TEST_CASE("an unanswered SYN is a timeout") {
  const Listener full(0);
  std::vector<net::Descriptor> fillers;
  for (int i = 0; i < 4; ++i) {
    fillers.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    const auto at = net::socket_address(kLoopback, full.port);
    [[maybe_unused]] const int in_progress = connect(fillers.back().get(), at.get(), at.length);
  }
  const auto result = probe_once(options_for(full.port));
  CHECK(result.cause == Cause::kTimeout);
  CHECK_FALSE(result.connect_time);
}

TEST_CASE("a denied address is not connected to") {
  probe::Options options = options_for(25);
  options.policy = net::AddressPolicy({}, {});
  const auto result = probe_once(options);
  CHECK(result.cause == Cause::kDeniedAddress);
  CHECK(result.why.starts_with("loopback"));
}

TEST_CASE("a source that is not ours is a local error") {
  probe::Options options = options_for(25);
  options.sources = {*Address::parse("192.0.2.77")};
  const auto result = probe_once(options);
  CHECK(result.cause == Cause::kLocalError);
  CHECK(result.why.starts_with("bind: "));
}

TEST_CASE("out of descriptors is a local error") {
  const Listener listener;
  net::Loop loop;
  const net::MachineClock clock;
  Told told;
  probe::BannerProber prober(loop, clock, options_for(listener.port), told);
  // The sanitizer's own checks need descriptors the first time they see a type; let it see a probe before there are none.
  prober.probe(*Address::parse("10.0.0.1"));
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{0, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  prober.probe(kLoopback);
  setrlimit(RLIMIT_NOFILE, &before);
  net::Timer look(loop, [&] {
    if (prober.in_flight() == 0) loop.stop();
  });
  look.start_every(1ms);
  loop.run();
  CHECK(told.result->cause == Cause::kLocalError);
  CHECK(told.result->why.starts_with("socket: "));
}

TEST_CASE("IPv6 hosts are asked too") {
  std::optional<Listener> listener;
  {
    const net::Descriptor trial(socket(AF_INET6, SOCK_STREAM, 0));
    const auto at = net::socket_address(kLoopback6, 0);
    if (!trial || bind(trial.get(), at.get(), at.length) != 0) return;  // no IPv6 on this machine
  }
  listener.emplace(16, kLoopback6);
  std::thread host([&] {
    const net::Descriptor client(accept(listener->socket.get(), nullptr, nullptr));
    say(client.get(), "220 six\r\n");
    hear_all(client.get());
  });
  CHECK(probe_once(options_for(listener->port), kLoopback6).cause == Cause::kReady);
  host.join();
}

TEST_CASE("destroying the prober ends what is under way, untold") {
  const Listener listener;
  net::Loop loop;
  const net::MachineClock clock;
  Told told;
  {
    probe::Options options = options_for(listener.port);
    probe::BannerProber prober(loop, clock, options, told);
    prober.probe(kLoopback);
    prober.probe(*Address::parse("10.0.0.1"));  // denied: told in a later turn
    CHECK(prober.in_flight() == 2);
  }
  net::Timer end(loop, [&] { loop.stop(); });
  end.start_once(20ms);
  loop.run();
  CHECK_FALSE(told.result);
}
