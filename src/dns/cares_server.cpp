#define CARES_NO_DEPRECATED  // the byte interface is the one that Debian 12 and 13 share
#include "dns/cares_server.hpp"

#include <ares.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace mxpulse::dns {
namespace {

using namespace std::chrono_literals;

constexpr int kSendsPerTurn = 256;         // an unpaced burst overruns the socket's buffer, and answers are lost
constexpr std::size_t kInFlightMax = 512;  // of 65,536 query ids: so many answers at once fit the socket's buffer
constexpr int kReceiveBuffer = 1 << 20;    // the kernel gives twice net.core.rmem_max at most
constexpr auto kTick = 100ms;              // ares_timeout(3) walks all that is in flight; a fixed tick does not
constexpr int kEdnsSize = 1232;            // DNS flag day 2020: fits every path

// Not that this machine lacks a family: such a server is as good as silent, and the others are asked. IPv6 that is switched off
// says EADDRNOTAVAIL; over IPv4 that means that no port is left (connect(2), ip(7)).
bool is_shortage(int error, int family) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM || error == EAGAIN ||
         (error == EADDRNOTAVAIL && family == AF_INET);
}

}  // namespace

struct CaresServer::Query {
  CaresServer& server;
  std::string name;
  int type;
  Done done;
  std::uint64_t sockets_lacked;  // before it was sent
};

// Feeds one socket's readiness to c-ares, which may close the socket, and with it this object, on the way. Where the system has
// no room to wait for it (epoll_ctl(2), ENOSPC), each tick tries both ways instead: c-ares' sockets do not block, and no query
// times out for a trouble of our own.
class CaresServer::Socket final : public net::SocketListener {
 public:
  Socket(CaresServer& server, int fd) : server_(server), fd_(fd), watch_(server.loop_, fd, *this) {}

  void wait_for(bool readable, bool writable) {
    readable_ = readable;
    writable_ = writable;
    waits_ = watch_.wait_for(readable, writable);
  }
  void tick() {
    if (!waits_) wait_for(readable_, writable_);
    if (!waits_) on_ready(readable_, writable_);
  }

  void on_ready(bool readable, bool writable) override {
    server_.process(readable ? fd_ : ARES_SOCKET_BAD, writable ? fd_ : ARES_SOCKET_BAD);
  }
  void on_deadline() override {}

 private:
  CaresServer& server_;
  int fd_;
  net::SocketWatch watch_;
  bool readable_ = false;
  bool writable_ = false;
  bool waits_ = true;
};

// The system's own calls, but for reading: c-ares reads until a socket is empty, and 512 answers at once took 5 ms of a turn.
// What is left comes again in the next one. That a socket is lacking c-ares tells as if the server had refused.
struct CaresServer::SocketCalls {
  static ares_socket_t open(int family, int type, int protocol, void* server) {
    const int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (fd < 0 && is_shortage(errno, family)) ++static_cast<CaresServer*>(server)->sockets_lacked_;
    // Best effort: with less room answers may be lost, and are asked for again.
    if (fd >= 0 && type == SOCK_DGRAM) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
    return fd;
  }
  static int close(ares_socket_t fd, void*) { return ::close(fd); }
  static int connect(ares_socket_t fd, const sockaddr* to, ares_socklen_t length, void* server) {
    const int error = ::connect(fd, to, length);
    if (error != 0 && is_shortage(errno, to->sa_family)) ++static_cast<CaresServer*>(server)->sockets_lacked_;
    return error;
  }
  static ares_ssize_t receive(ares_socket_t fd, void* buffer, std::size_t size, int flags, sockaddr* from, ares_socklen_t* length,
                              void* server) {
    if (!static_cast<const CaresServer*>(server)->reading_.over()) return recvfrom(fd, buffer, size, flags, from, length);
    errno = EAGAIN;
    return -1;
  }
  // A datagram is one part; send(2) costs 0.2 us less than writev(2).
  static ares_ssize_t send(ares_socket_t fd, const iovec* parts, int count, void*) {
    return count == 1 ? ::send(fd, parts->iov_base, parts->iov_len, MSG_NOSIGNAL) : writev(fd, parts, count);
  }

  static constexpr ares_socket_functions kAll{&open, &close, &connect, &receive, &send};
};

CaresServer::CaresServer(net::Loop& loop)
    : loop_(loop), tick_(loop, [this] { tick(); }), resume_(loop, [this] {
        pump_posted_ = false;
        pump();
      }) {}

Result<std::unique_ptr<CaresServer>> CaresServer::make(net::Loop& loop, const Endpoint& endpoint, Duration timeout,
                                                       unsigned tries) {
  using Made = Result<std::unique_ptr<CaresServer>>;
  std::unique_ptr<CaresServer> server(new CaresServer(loop));
  ares_options options{};
  options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_STAYOPEN | ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS;
  options.timeout = static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count());
  options.tries = static_cast<int>(tries);
  options.ndots = 0;
  options.ednspsz = kEdnsSize;
  char lookups[] = "b";  // DNS alone: a hosts file says nothing about MX hosts
  options.lookups = lookups;
  options.sock_state_cb = [](void* self, ares_socket_t fd, int readable, int writable) {
    static_cast<CaresServer*>(self)->socket_changed(fd, readable != 0, writable != 0);
  };
  options.sock_state_cb_data = server.get();
  int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_EDNSPSZ | ARES_OPT_LOOKUPS |
             ARES_OPT_SOCK_STATE_CB;
#ifdef ARES_OPT_QUERY_CACHE
  options.qcache_max_ttl = 0;  // c-ares from 1.31 on has a cache of its own; ours knows stale and negative answers
  mask |= ARES_OPT_QUERY_CACHE;
#endif
  if (const int error = ares_init_options(&server->channel_, &options, mask); error != ARES_SUCCESS) {
    return Made::failure(std::string("cannot set up DNS: ") + ares_strerror(error));
  }
  ares_set_socket_functions(server->channel_, &SocketCalls::kAll, server.get());
  if (const int error = ares_set_servers_ports_csv(server->channel_, endpoint.text().c_str()); error != ARES_SUCCESS) {
    return Made::failure("cannot use DNS server " + endpoint.text() + ": " + ares_strerror(error));
  }
  return Made(std::move(server));
}

CaresServer::~CaresServer() {
  ending_ = true;
  if (channel_ != nullptr) ares_destroy(channel_);  // tells every query ARES_EDESTRUCTION, and frees it there
}

void CaresServer::ask(const std::string& name, int type, Done done) {
  waiting_.push_back(std::unique_ptr<Query>(new Query{*this, name, type, std::move(done), 0}));
  // Later, so that no answer comes inside this call, and a turn's questions leave together.
  if (!std::exchange(pump_posted_, true)) resume_.start_once(0s);
}

void CaresServer::pump() {
  for (int sends = 0; sends < kSendsPerTurn && !waiting_.empty() && in_flight_ < kInFlightMax; ++sends) {
    Query* query = waiting_.front().release();
    waiting_.pop_front();
    query->sockets_lacked = sockets_lacked_;
    if (in_flight_++ == 0) tick_.start_every(kTick);
    ares_query(channel_, query->name.c_str(), 1 /* IN */, query->type, &CaresServer::answered, query);
  }
  const bool more_now = !waiting_.empty() && in_flight_ < kInFlightMax;
  if (more_now && !std::exchange(pump_posted_, true)) resume_.start_once(0s);
}

void CaresServer::answered(void* argument, int /*status*/, int /*timeouts*/, unsigned char* message, int length) {
  const std::unique_ptr<Query> query(static_cast<Query*>(argument));
  CaresServer& server = query->server;
  if (server.ending_) return;
  if (--server.in_flight_ == 0) server.tick_.stop();
  if (!server.waiting_.empty() && !std::exchange(server.pump_posted_, true)) server.resume_.start_once(0s);
  if (message != nullptr && length > 0)
    query->done({{message, static_cast<std::size_t>(length)}});
  else
    query->done({{}, server.sockets_lacked_ != query->sockets_lacked});
}

void CaresServer::tick() {
  std::vector<int> fds;
  for (const auto& [fd, socket] : sockets_) fds.push_back(fd);
  for (const int fd : fds) {
    if (const auto socket = sockets_.find(fd); socket != sockets_.end()) socket->second->tick();
  }
  process(ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

void CaresServer::process(int read_fd, int write_fd) {
  reading_ = net::TurnShare();
  ares_process_fd(channel_, read_fd, write_fd);
}

void CaresServer::socket_changed(int fd, bool readable, bool writable) {
  if (!readable && !writable) {  // about to be closed
    sockets_.erase(fd);
    return;
  }
  auto& socket = sockets_[fd];
  if (!socket) socket = std::make_unique<Socket>(*this, fd);
  socket->wait_for(readable, writable);
}

}  // namespace mxpulse::dns
