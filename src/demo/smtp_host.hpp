// A mail host on loopback that behaves as it is told.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "demo/script.hpp"
#include "mxpulse/endpoint.hpp"
#include "net/descriptor.hpp"
#include "net/socket_watch.hpp"

namespace mxpulse::demo {

class SmtpHost final : public net::SocketListener {
 public:
  // Does nothing yet, which is Behaviour::kRefused.
  SmtpHost(net::Loop& loop, const Endpoint& endpoint);
  ~SmtpHost() override;

  // Throws std::runtime_error when the address cannot be listened on.
  void behave(Behaviour behaviour);

 private:
  class Conversation;

  void listen_with_backlog(int backlog);
  void fill_backlog();
  void on_ready(bool readable, bool writable) override;
  void on_deadline() override {}

  net::Loop& loop_;
  Endpoint endpoint_;
  Behaviour behaviour_ = Behaviour::kRefused;
  net::Descriptor listener_;
  std::unique_ptr<net::SocketWatch> watch_;
  std::vector<net::Descriptor> fillers_;  // our own connections that keep the backlog full
  std::map<const Conversation*, std::unique_ptr<Conversation>> conversations_;
};

}  // namespace mxpulse::demo
