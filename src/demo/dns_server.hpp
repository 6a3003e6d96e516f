// The small internet's DNS: UDP on loopback, from the script.
#pragma once

#include <chrono>
#include <vector>

#include "demo/dns_message.hpp"
#include "mxpulse/endpoint.hpp"
#include "net/descriptor.hpp"
#include "net/socket_watch.hpp"

namespace mxpulse::demo {

class DnsServer final : private net::SocketListener {
 public:
  // On a port that the system chooses. Throws std::runtime_error when it cannot.
  DnsServer(net::Loop& loop, const Address& address);

  Endpoint endpoint() const { return endpoint_; }

  // Answers as the script has it at this time.
  void play(std::chrono::seconds time) { time_ = time; }

 private:
  void on_ready(bool readable, bool writable) override;
  void on_deadline() override {}
  std::vector<unsigned char> answer(const DnsQuestion& question) const;

  Endpoint endpoint_;
  std::chrono::seconds time_{0};
  net::Descriptor socket_;
  net::SocketWatch watch_;
};

}  // namespace mxpulse::demo
