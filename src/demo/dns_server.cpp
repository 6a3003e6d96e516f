#include "demo/dns_server.hpp"

#include <arpa/nameser.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "demo/script.hpp"
#include "net/socket_address.hpp"

namespace mxpulse::demo {
namespace {

constexpr std::size_t kPlainLimit = 512;  // RFC 1035 4.2.1
constexpr std::size_t kEdnsLimit = 1232;

net::Descriptor bound_socket(const Address& address) {
  net::Descriptor bound(
      socket(address.family == Family::kIPv4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const auto at = net::socket_address(address, 0);
  if (!bound || bind(bound.get(), at.get(), at.length) != 0) {
    throw std::runtime_error("the demo cannot serve DNS on " + address.text() + ": " + std::strerror(errno));
  }
  return bound;
}

std::uint16_t port_of(int fd) {
  sockaddr_in bound{};  // the port is in the same place in both families
  socklen_t length = sizeof bound;
  getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &length);
  return ntohs(bound.sin_port);
}

template <typename Named>
const Named* find_named(const std::vector<Named>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

DnsServer::DnsServer(net::Loop& loop, const Address& address)
    : endpoint_{address, 0}, socket_(bound_socket(address)), watch_(loop, socket_.get(), *this) {
  endpoint_.port = port_of(socket_.get());
  watch_.wait_for(true, false);
}

void DnsServer::on_ready(bool, bool) {
  std::array<unsigned char, 1500> buffer;
  sockaddr_storage client{};
  socklen_t length = sizeof client;
  ssize_t count = 0;
  while ((count = recvfrom(socket_.get(), buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&client), &length)) > 0) {
    const auto question = read_question({buffer.data(), static_cast<std::size_t>(count)});
    if (!question) continue;
    const auto reply = answer(*question);
    sendto(socket_.get(), reply.data(), reply.size(), 0, reinterpret_cast<const sockaddr*>(&client), length);
    length = sizeof client;
  }
}

std::vector<unsigned char> DnsServer::answer(const DnsQuestion& question) const {
  const std::size_t limit = question.edns ? kEdnsLimit : kPlainLimit;
  const auto without_records = [&](int rcode) {
    DnsReply reply(question, rcode);
    reply.add_soa("example");
    return reply.bytes(limit);
  };
  if (question.name.empty() || question.name == "example") return without_records(ns_r_noerror);

  const auto* destination = find_named(scripted_destinations(), question.name);
  if (destination == nullptr) destination = find_named(scripted_controls(), question.name);
  if (destination != nullptr) {
    if (destination->record == Record::kServerFailure && fails_at(*destination, time_))
      return DnsReply(question, ns_r_servfail).bytes(limit);
    if (destination->record == Record::kNoSuchDomain) return without_records(ns_r_nxdomain);
    if (question.type != ns_t_mx) return without_records(ns_r_noerror);
    DnsReply reply(question, ns_r_noerror);
    if (destination->record == Record::kNullMx) reply.add_mx(question.name, 0, "");
    std::uint16_t preference = 0;
    for (const std::string& host : destination->hosts)
      reply.add_mx(question.name, preference = static_cast<std::uint16_t>(preference + 10), host);
    return reply.bytes(limit);
  }
  const auto* host = find_named(scripted_hosts(), question.name);
  if (host == nullptr) return without_records(ns_r_nxdomain);
  const Address address = *Address::parse(host->address);
  if (question.type != (address.family == Family::kIPv4 ? ns_t_a : ns_t_aaaa)) return without_records(ns_r_noerror);
  DnsReply reply(question, ns_r_noerror);
  reply.add_address(question.name, address);
  return reply.bytes(limit);
}

}  // namespace mxpulse::demo
