#include "demo/internet.hpp"

#include <sys/socket.h>

#include <stdexcept>

#include "demo/script.hpp"
#include "net/descriptor.hpp"
#include "net/socket_address.hpp"

namespace mxpulse::demo {
namespace {

const Address kDnsAddress{Family::kIPv4, {127, 42, 0, 53}};

bool is_free(const Address& address, std::uint16_t port) {
  const net::Descriptor trial(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto at = net::socket_address(address, port);
  return bind(trial.get(), at.get(), at.length) == 0;
}

// The first port from 2525 on that is free on every address.
std::uint16_t choose_port() {
  for (std::uint16_t port = 2525; port < 2725; ++port) {
    bool free = true;
    for (const ScriptedHost& host : scripted_hosts())
      free = free && (!is_on_loopback(host) || is_free(*Address::parse(host.address), port));
    if (free) return port;
  }
  throw std::runtime_error("the demo finds no port between 2525 and 2724 that is free on 127.42.0.1 and its neighbours");
}

std::vector<DomainName> names_of(const std::vector<ScriptedDestination>& destinations) {
  std::vector<DomainName> names;
  names.reserve(destinations.size());
  for (const ScriptedDestination& destination : destinations) names.push_back(*DomainName::parse(destination.name));
  return names;
}

}  // namespace

Internet::Internet(net::Loop& loop)
    : dns_(loop, kDnsAddress), smtp_port_(choose_port()), second_(loop, [this] { play(++time_); }) {
  for (const ScriptedHost& host : scripted_hosts()) {
    hosts_.push_back(is_on_loopback(host) ? std::make_unique<SmtpHost>(loop, Endpoint{*Address::parse(host.address), smtp_port_})
                                          : nullptr);
  }
  play(time_);
}

std::vector<DomainName> Internet::destinations() { return names_of(scripted_destinations()); }

std::vector<DomainName> Internet::controls() { return names_of(scripted_controls()); }

void Internet::start() { second_.start_every(std::chrono::seconds(1)); }

void Internet::play(std::chrono::seconds time) {
  dns_.play(time);
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    if (hosts_[i]) hosts_[i]->behave(behaviour_at(scripted_hosts()[i], time));
  }
}

}  // namespace mxpulse::demo
