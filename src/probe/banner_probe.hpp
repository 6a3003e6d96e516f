// One conversation with one address: connect, hear the greeting, say QUIT.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "mxpulse/probe_result.hpp"
#include "net/address_policy.hpp"
#include "net/descriptor.hpp"
#include "net/socket_watch.hpp"
#include "probe/greeting.hpp"

namespace mxpulse::probe {

struct Options {
  std::uint16_t port = 25;
  std::vector<Address> sources;                          // at most one a family; a family without one lets the system choose
  Duration connect_timeout = std::chrono::seconds(30);   // SYN to established
  Duration greeting_timeout = std::chrono::seconds(60);  // established to the greeting's last line
  net::AddressPolicy policy{{}, {}};
};

class BannerProbe;

class ProbeOwner {
 public:
  virtual ~ProbeOwner() = default;
  // The result stands; the goodbye may still follow.
  virtual void told(BannerProbe& probe, const ProbeResult& result) = 0;
  // The conversation is over: the owner destroys the probe now.
  virtual void over(BannerProbe& probe) = 0;
};

// - connecting: wait for bytes only, so that an answered probe costs one event; at the connect deadline TCP_INFO says
//   whether the handshake stands
// - greeting: counted from the moment the handshake stood, however late we learn of it
// - goodbye: QUIT once the host has finished its greeting, never before, and never to one that does not speak SMTP;
//   then its 221 or its close is awaited for a moment, so that it logs a clean end
class BannerProbe final : public net::SocketListener {
 public:
  BannerProbe(net::Loop& loop, const Clock& clock, const Address& address, ProbeOwner& owner);
  ~BannerProbe() override;

  // Sends the SYN. A result now means that it could not be sent; the owner is then not told.
  std::optional<ProbeResult> begin(const Options& options);

  const Address& address() const { return address_; }

  std::list<BannerProbe>::iterator place;  // the owner's

  void on_ready(bool readable, bool writable) override;
  void on_deadline() override;

 private:
  enum class Phase : std::uint8_t { kConnecting, kGreeting, kGoodbye };

  std::optional<ProbeResult> open_socket(const Options& options);
  bool learn_established(bool bytes_came);
  void take(std::string_view bytes);
  void closed_by_host();
  void failed(const ProbeResult& result);
  void tell(ProbeResult result);
  void say_goodbye();
  void glance();
  bool drain();

  net::Loop& loop_;
  const Clock& clock_;
  ProbeOwner& owner_;
  Address address_;
  Phase phase_ = Phase::kConnecting;
  bool glanced_ = false;
  Duration connect_timeout_{};
  Duration greeting_timeout_{};
  SteadyTime begun_{};
  Duration connect_time_{};  // once established
  net::Descriptor socket_;   // outlives its watch
  std::optional<net::SocketWatch> watch_;
  std::unique_ptr<Greeting> greeting_;  // from the first byte on: most hosts that are waited for never send one
};

}  // namespace mxpulse::probe
