#include "probe/connect_failure.hpp"

#include <linux/errqueue.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "net/descriptor.hpp"
#include "net/socket_address.hpp"

namespace mxpulse::probe {
namespace {

ProbeResult result(Cause cause, std::string why) {
  ProbeResult made;
  made.cause = cause;
  made.why = std::move(why);
  return made;
}

std::string text_of(int error) { return std::strerror(error); }

struct IcmpMessage {
  bool v6;
  int type;
  int code;
  std::optional<Address> from;
};

// The message that broke the connection attempt, if the kernel kept it (Linux 5.8 and later do for TCP).
std::optional<IcmpMessage> read_icmp_message(int fd) {
  std::array<char, 512> control;
  std::array<char, 64> data;
  iovec vector{data.data(), data.size()};
  msghdr message{};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return std::nullopt;

  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    const bool v4 = header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_RECVERR;
    const bool v6 = header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_RECVERR;
    if (!v4 && !v6) continue;
    // The offender's address follows the error in the same block (ip(7), SO_EE_OFFENDER).
    struct {
      sock_extended_err error;
      sockaddr_in6 offender;
    } block{};
    const auto length = std::min<std::size_t>(header->cmsg_len - CMSG_LEN(0), sizeof block);
    std::memcpy(&block, CMSG_DATA(header), length);
    if (block.error.ee_origin != SO_EE_ORIGIN_ICMP && block.error.ee_origin != SO_EE_ORIGIN_ICMP6) continue;
    return IcmpMessage{block.error.ee_origin == SO_EE_ORIGIN_ICMP6, block.error.ee_type, block.error.ee_code,
                       net::address_of(reinterpret_cast<const sockaddr*>(&block.offender))};
  }
  return std::nullopt;
}

bool is_port_unreachable(const IcmpMessage& icmp) {
  return icmp.v6 ? icmp.type == ICMPV6_DEST_UNREACH && icmp.code == ICMPV6_PORT_UNREACH
                 : icmp.type == ICMP_DEST_UNREACH && icmp.code == ICMP_PORT_UNREACH;
}

// RFC 792, RFC 1812 5.2.7.1, RFC 4443 3.1 in a word or two.
std::string kind(const IcmpMessage& icmp) {
  if (icmp.v6) {
    if (icmp.type != ICMPV6_DEST_UNREACH) return "ICMPv6 type " + std::to_string(icmp.type);
    switch (icmp.code) {
      case ICMPV6_NOROUTE: return "no route to the destination";
      case ICMPV6_ADM_PROHIBITED: return "administratively prohibited";
      case ICMPV6_ADDR_UNREACH: return "address unreachable";
      case ICMPV6_PORT_UNREACH: return "port unreachable";
      default: return "destination unreachable, code " + std::to_string(icmp.code);
    }
  }
  if (icmp.type != ICMP_DEST_UNREACH) return "ICMP type " + std::to_string(icmp.type);
  switch (icmp.code) {
    case ICMP_NET_UNREACH: return "network unreachable";
    case ICMP_HOST_UNREACH: return "host unreachable";
    case ICMP_PROT_UNREACH: return "protocol unreachable";
    case ICMP_PORT_UNREACH: return "port unreachable";
    case ICMP_NET_ANO:
    case ICMP_HOST_ANO:
    case ICMP_PKT_FILTERED: return "administratively prohibited";
    default: return "destination unreachable, code " + std::to_string(icmp.code);
  }
}

std::optional<Address> own_address(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return std::nullopt;
  return net::address_of(reinterpret_cast<const sockaddr*>(&storage));
}

// Whether the target is our neighbour, reached without a router: routing says so when told to use none (SO_DONTROUTE).
bool is_on_link(const Address& target) {
  const net::Descriptor probe(socket(target.family == Family::kIPv4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  const auto address = net::socket_address(target, 9);  // nothing is sent
  return probe && setsockopt(probe.get(), SOL_SOCKET, SO_DONTROUTE, &on, sizeof on) == 0 &&
         connect(probe.get(), address.get(), address.length) == 0;
}

ProbeResult by_icmp(const IcmpMessage& icmp, const Address& target, const std::optional<Address>& self) {
  const std::string said = kind(icmp) + (icmp.from ? ", says " + icmp.from->text() : "");
  if (is_port_unreachable(icmp)) return result(Cause::kRefused, said);
  // Our own kernel writes the message when the next hop does not answer ARP or neighbour discovery. A router that does
  // not is our trouble; a neighbour that does not is the host itself.
  const bool by_ourselves = icmp.from && self && *icmp.from == *self && *icmp.from != target;
  if (by_ourselves && !is_on_link(target)) return result(Cause::kLocalError, "our own router does not answer: " + said);
  return result(Cause::kUnreachable, said);
}

}  // namespace

ProbeResult failed_here(int error, const char* call) {
  if (error == ECONNREFUSED) return result(Cause::kRefused, "refused by this machine itself");
  ProbeResult failed = result(Cause::kLocalError, std::string(call) + ": " + text_of(error));
  switch (error) {
    case EMFILE:
    case ENFILE: failed.why += "; raise the limit of open files, or lower probe.max_in_flight"; break;
    case ENETUNREACH:
    case EAFNOSUPPORT:
      failed.why += "; this machine has no route to this address family";
      failed.no_route = true;
      break;
    case EHOSTUNREACH: failed.why += "; a route of this machine says so"; break;
    case EADDRNOTAVAIL: failed.why += "; look at probe.source, and whether local ports have run out"; break;
    case EPERM:
    case EACCES: failed.why += "; a firewall or policy of this machine forbids it"; break;
    default: break;
  }
  return failed;
}

std::optional<ProbeResult> failed_by_icmp(int fd, const Address& target) {
  const auto icmp = read_icmp_message(fd);
  if (!icmp) return std::nullopt;
  const bool about_size =
      icmp->v6 ? icmp->type == ICMPV6_PKT_TOOBIG : icmp->type == ICMP_DEST_UNREACH && icmp->code == ICMP_FRAG_NEEDED;
  if (about_size) return std::nullopt;  // path MTU discovery; the attempt goes on
  return by_icmp(*icmp, target, own_address(fd));
}

ProbeResult failed_on_the_way(int fd, int error, const Address& target) {
  const auto by_message = failed_by_icmp(fd, target);
  switch (error) {
    case ECONNREFUSED: return by_message ? *by_message : result(Cause::kRefused, "reset in answer to the connection attempt");
    case ETIMEDOUT: return result(Cause::kTimeout, "no answer to any connection attempt");
    case ECONNRESET:
    case EPIPE: return result(Cause::kDropped, "reset by the host before a greeting");
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ENONET:
    case ENOPROTOOPT:
    case EPROTO:
    case EOPNOTSUPP:
    case EMSGSIZE:
    case EACCES: return by_message ? *by_message : result(Cause::kUnreachable, text_of(error));
    default: return failed_here(error, "connect");
  }
}

}  // namespace mxpulse::probe
