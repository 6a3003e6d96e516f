// A small internet on loopback: DNS and mail hosts that fail in every way, and recover.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "demo/dns_server.hpp"
#include "demo/smtp_host.hpp"
#include "mxpulse/domain_name.hpp"
#include "net/timer.hpp"

namespace mxpulse::demo {

class Internet {
 public:
  // Throws std::runtime_error when loopback cannot be used.
  explicit Internet(net::Loop& loop);

  Endpoint dns() const { return dns_.endpoint(); }
  // One port for all hosts, free on each of their addresses when chosen.
  std::uint16_t smtp_port() const { return smtp_port_; }
  static std::vector<DomainName> destinations();
  static std::vector<DomainName> controls();

  // Begins the play at its first second; every kRound it starts anew.
  void start();
  // Makes everything as the script has it at this time.
  void play(std::chrono::seconds time);

 private:
  DnsServer dns_;
  std::uint16_t smtp_port_;
  std::vector<std::unique_ptr<SmtpHost>> hosts_;  // as scripted_hosts(); null where it is not on loopback
  std::chrono::seconds time_{0};
  net::Timer second_;
};

}  // namespace mxpulse::demo
