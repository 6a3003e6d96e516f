// A DNS server on loopback that answers as the test tells it, over UDP and TCP, on the test's own loop.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mxpulse/endpoint.hpp"
#include "net/descriptor.hpp"
#include "net/socket_address.hpp"
#include "net/socket_watch.hpp"
#include "support/catch.hpp"
#include "support/dns_wire.hpp"

namespace mxpulse::test {

// What the server says to one question.
struct Reply {
  int rcode = 0;
  std::vector<Bytes> answers;
  std::vector<Bytes> authority;
  std::optional<Bytes> raw;    // instead of all that, after the id
  bool only_over_tcp = false;  // UDP gets it truncated
};

class ScriptedDnsServer final : public net::SocketListener {
 public:
  // Empty: no reply at all.
  using Script = std::function<std::optional<Reply>(const std::string& name, int type)>;

  ScriptedDnsServer(net::Loop& loop, Script script) : loop_(loop), script_(std::move(script)) {
    // The port that UDP was given may be another program's in TCP.
    for (int tries = 0; tries < 100 && tcp_.get() < 0; ++tries) {
      udp_ = bound(SOCK_DGRAM, 0);
      tcp_ = bound(SOCK_STREAM, port());
    }
    REQUIRE(listen(tcp_.get(), 8) == 0);
    udp_watch_ = std::make_unique<net::SocketWatch>(loop, udp_.get(), *this);
    udp_watch_->wait_for(true, false);
    accepting_ = std::make_unique<Accepting>(*this);
  }

  Endpoint endpoint() const { return {*Address::parse("127.0.0.1"), port()}; }
  void rescript(Script script) { script_ = std::move(script); }
  int asked(const std::string& name, int type) { return asked_[{name, type}]; }
  int over_tcp() const { return over_tcp_; }

  void on_ready(bool, bool) override {
    Bytes buffer(2048);
    sockaddr_in client{};
    socklen_t length = sizeof client;
    const ssize_t count =
        recvfrom(udp_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&client), &length);
    if (count < 12) return;
    buffer.resize(static_cast<std::size_t>(count));
    if (const auto message = answer(buffer, false))
      sendto(udp_.get(), message->data(), message->size(), 0, reinterpret_cast<sockaddr*>(&client), length);
  }
  void on_deadline() override {}

 private:
  // One TCP client at a time is all the tests need.
  struct Client final : net::SocketListener {
    Client(ScriptedDnsServer& owner, int fd) : server(owner), socket(fd), watch(owner.loop_, fd, *this) {
      watch.wait_for(true, false);
    }
    void on_ready(bool, bool) override {
      Bytes buffer(2048);
      const ssize_t count = recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (count < 14) {
        watch.wait_for(false, false);
        return;
      }
      const auto message = server.answer(Bytes(buffer.begin() + 2, buffer.begin() + count), true);
      ++server.over_tcp_;
      if (!message) return;
      Bytes framed = number(static_cast<std::uint32_t>(message->size()), 2);
      framed << *message;
      REQUIRE(send(socket.get(), framed.data(), framed.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(framed.size()));
    }
    void on_deadline() override {}
    ScriptedDnsServer& server;
    net::Descriptor socket;
    net::SocketWatch watch;
  };
  struct Accepting final : net::SocketListener {
    explicit Accepting(ScriptedDnsServer& owner) : server(owner), watch(owner.loop_, owner.tcp_.get(), *this) {
      watch.wait_for(true, false);
    }
    void on_ready(bool, bool) override {
      if (const int fd = accept4(server.tcp_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC); fd >= 0)
        server.clients_.push_back(std::make_unique<Client>(server, fd));
    }
    void on_deadline() override {}
    ScriptedDnsServer& server;
    net::SocketWatch watch;
  };

  // Empty: the port is taken.
  static net::Descriptor bound(int type, std::uint16_t port) {
    net::Descriptor made(socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int on = 1;
    setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const auto at = net::socket_address(*Address::parse("127.0.0.1"), port);
    return bind(made.get(), at.get(), at.length) == 0 ? std::move(made) : net::Descriptor();
  }

  std::uint16_t port() const {
    sockaddr_in at{};
    socklen_t length = sizeof at;
    getsockname(udp_.get(), reinterpret_cast<sockaddr*>(&at), &length);
    return ntohs(at.sin_port);
  }

  std::optional<Bytes> answer(const Bytes& query, bool tcp) {
    std::string text;
    std::size_t at = 12;
    for (; query.at(at) != 0; at += 1u + query[at]) {
      if (!text.empty()) text += '.';
      text.append(query.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                  query.begin() + static_cast<std::ptrdiff_t>(at) + 1 + query[at]);
    }
    const int type = query.at(at + 1) << 8 | query.at(at + 2);
    ++asked_[{text, type}];
    const auto reply = script_(text, type);
    if (!reply) return std::nullopt;
    const bool truncated = reply->only_over_tcp && !tcp;
    Bytes message(query.begin(), query.begin() + 2);
    if (reply->raw) return message << *reply->raw;
    message << number(0x8180u | (truncated ? 0x0200u : 0u) | static_cast<unsigned>(reply->rcode), 2) << number(1, 2);
    message << number(truncated ? 0 : static_cast<std::uint32_t>(reply->answers.size()), 2)
            << number(static_cast<std::uint32_t>(reply->authority.size()), 2) << number(0, 2);
    message << Bytes(query.begin() + 12, query.begin() + static_cast<std::ptrdiff_t>(at) + 5);
    if (!truncated) {
      for (const Bytes& one : reply->answers) message << one;
    }
    for (const Bytes& one : reply->authority) message << one;
    return message;
  }

  net::Loop& loop_;
  Script script_;
  net::Descriptor udp_;
  net::Descriptor tcp_;
  std::unique_ptr<net::SocketWatch> udp_watch_;
  std::unique_ptr<Accepting> accepting_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::map<std::pair<std::string, int>, int> asked_;
  int over_tcp_ = 0;
};

}  // namespace mxpulse::test
