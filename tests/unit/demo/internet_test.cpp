#include "demo/internet.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <set>

#include "demo/dns_message.hpp"
#include "net/socket_address.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::demo;
using namespace std::chrono_literals;

namespace {

// What a client of the small internet meets: its connection's first bytes, "refused", "closed" or "nothing".
struct Client final : net::SocketListener {
  Client(net::Loop& owner, const Endpoint& endpoint)
      : loop(owner), socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    const auto at = net::socket_address(endpoint.address, endpoint.port);
    [[maybe_unused]] const int in_progress = connect(socket.get(), at.get(), at.length);
    watch = std::make_unique<net::SocketWatch>(loop, socket.get(), *this);
    watch->wait_for(true, false);
    watch->set_deadline(100ms);
  }
  void on_ready(bool, bool) override {
    std::array<char, 100> buffer;
    const ssize_t count = recv(socket.get(), buffer.data(), buffer.size(), 0);
    met = count > 0 ? std::string(buffer.data(), static_cast<std::size_t>(count)) : count == 0 ? "closed" : "refused";
    loop.stop();
  }
  void on_deadline() override {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    const bool connected = getpeername(socket.get(), reinterpret_cast<sockaddr*>(&peer), &length) == 0;
    met = connected ? "silence" : "no answer";
    loop.stop();
  }

  net::Loop& loop;
  net::Descriptor socket;
  std::unique_ptr<net::SocketWatch> watch;
  std::string met;
};

std::string met_at(net::Loop& loop, const Internet& internet, const char* address) {
  Client client(loop, {*Address::parse(address), internet.smtp_port()});
  loop.run();
  return client.met;
}

}  // namespace

TEST_CASE("hosts fail as the script has it, and recover") {
  net::Loop loop;
  Internet internet(loop);
  CHECK(met_at(loop, internet, "127.42.0.1").starts_with("220 "));
  CHECK(met_at(loop, internet, "127.42.0.2") == "no answer");
  CHECK(met_at(loop, internet, "127.42.0.3") == "refused");
  CHECK(met_at(loop, internet, "127.42.0.4") == "silence");
  CHECK(met_at(loop, internet, "127.42.0.5") == "closed");
  CHECK(met_at(loop, internet, "127.42.0.6").starts_with("421 "));
  CHECK(met_at(loop, internet, "127.42.0.7").starts_with("554 "));
  CHECK(met_at(loop, internet, "127.42.0.8").starts_with("HTTP/"));
  internet.play(55s);
  for (const char* address :
       {"127.42.0.1", "127.42.0.2", "127.42.0.3", "127.42.0.4", "127.42.0.5", "127.42.0.6", "127.42.0.7", "127.42.0.8"}) {
    CAPTURE(address);
    CHECK(met_at(loop, internet, address).starts_with("220 "));
  }
}

TEST_CASE("within a minute every failure is shown and over") {
  std::set<Behaviour> shown;
  for (const auto& host : scripted_hosts()) {
    for (auto time = 0s; time < 1min; ++time) shown.insert(behaviour_at(host, time));
    CHECK(behaviour_at(host, 1min - 1s) == host.normal);
  }
  CHECK(shown.size() == 9);
}

TEST_CASE("after that minute nobody answers, and at the end of the round everybody does") {
  CHECK_FALSE(is_cut_off(1min - 1s));
  CHECK(is_cut_off(1min));
  for (const auto& host : scripted_hosts()) {
    CAPTURE(host.name);
    CHECK(behaviour_at(host, 1min) == Behaviour::kTimeout);
    CHECK(behaviour_at(host, kRound + 1min) == Behaviour::kTimeout);
    CHECK(behaviour_at(host, kRound - 1s) == host.normal);
  }
}

TEST_CASE("what is no DNS question is nothing") {
  CHECK_FALSE(read_question({}));
  const std::array<unsigned char, 12> header_only{0, 1, 1, 0, 0, 1};
  CHECK_FALSE(read_question(header_only));
  const std::array<unsigned char, 14> label_too_long{0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 63, 'a'};
  CHECK_FALSE(read_question(label_too_long));
}

TEST_CASE("a reply beyond its limit is its question, truncated") {
  const DnsQuestion question{7, "big.example", 15, false};
  DnsReply reply(question, 0);
  for (int i = 0; i < 40; ++i) reply.add_mx("big.example", 10, "a-rather-long-host-name.big.example");
  const auto whole = reply.bytes(65535);
  const auto cut = reply.bytes(512);
  CHECK(whole.size() > 512);
  CHECK(cut.size() < 40);
  CHECK((cut[2] & 0x02) != 0);
  CHECK((whole[2] & 0x02) == 0);
}
