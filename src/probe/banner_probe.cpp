#include "probe/banner_probe.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "net/socket_address.hpp"
#include "probe/connect_failure.hpp"
#include "probe/ending.hpp"

namespace mxpulse::probe {
namespace {

constexpr auto kGoodbyeTime = std::chrono::seconds(3);  // for the host's 221; its result stands already
// By then most have said it: looking once, many together, costs less than being woken for each (tests/bench/README.md).
constexpr auto kGoodbyeGlance = std::chrono::milliseconds(100);
constexpr int kDrainReadsMax = 16;

// Not while the SYN waits for its answer; it costs half of TCP_INFO, and most deadlines come for that.
bool has_peer(int fd) {
  sockaddr_storage peer{};
  socklen_t length = sizeof peer;
  return getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &length) == 0;
}

}  // namespace

BannerProbe::BannerProbe(net::Loop& loop, const Clock& clock, const Address& address, ProbeOwner& owner)
    : loop_(loop), clock_(clock), owner_(owner), address_(address) {}

BannerProbe::~BannerProbe() {
  if (watch_) watch_->leave_to_close();
}

std::optional<ProbeResult> BannerProbe::begin(const Options& options) {
  const auto target = net::socket_address(address_, options.port);
  if (const auto denied = options.policy.denied(target.get())) {
    ProbeResult result;
    result.cause = Cause::kDeniedAddress;
    result.why = *denied + "; probe.allow would open it";
    return result;
  }
  if (auto failed = open_socket(options)) return failed;
  connect_timeout_ = options.connect_timeout;
  greeting_timeout_ = options.greeting_timeout;
  begun_ = clock_.now().steady;
  if (connect(socket_.get(), target.get(), target.length) != 0 && errno != EINPROGRESS) return failed_here(errno, "connect");
  watch_.emplace(loop_, socket_.get(), *this);
  if (!watch_->wait_for(true, false)) return failed_here(errno, "epoll_ctl");
  watch_->set_deadline(std::min(connect_timeout_, greeting_timeout_));
  return std::nullopt;
}

std::optional<ProbeResult> BannerProbe::open_socket(const Options& options) {
  const bool v4 = address_.family == Family::kIPv4;
  socket_ = net::Descriptor(socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket_) return failed_here(errno, "socket");
  const int on = 1;
  // Best effort: without the error queue the errno alone tells the cause.
  setsockopt(socket_.get(), v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_RECVERR : IPV6_RECVERR, &on, sizeof on);
  for (const Address& source : options.sources) {
    if (source.family != address_.family) continue;
    // The port is chosen at connect(), so that one source serves many more targets than it has ports.
    setsockopt(socket_.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    const auto from = net::socket_address(source, 0);
    if (bind(socket_.get(), from.get(), from.length) != 0) return failed_here(errno, "bind");
  }
  return std::nullopt;
}

void BannerProbe::on_ready(bool, bool) {
  if (phase_ == Phase::kGoodbye) {
    if (drain()) owner_.over(*this);
    return;
  }
  std::array<char, 4096> buffer;
  const ssize_t count = recv(socket_.get(), buffer.data(), buffer.size(), 0);
  if (count < 0) {
    if (errno != EAGAIN && errno != EINTR) return failed(failed_on_the_way(socket_.get(), errno, address_));
    // What the network says of a connection that stands is taken from the socket, else it would wake us without end.
    const auto result = failed_by_icmp(socket_.get(), address_);
    if (result && phase_ == Phase::kConnecting) failed(*result);
    return;
  }
  if (phase_ == Phase::kConnecting) learn_established(true);
  if (count == 0) return closed_by_host();
  take({buffer.data(), static_cast<std::size_t>(count)});
}

void BannerProbe::on_deadline() {
  if (phase_ == Phase::kGoodbye) return glanced_ ? owner_.over(*this) : glance();
  const Duration waited = clock_.now().steady - begun_;
  if (phase_ == Phase::kConnecting && !learn_established(false)) {
    if (waited >= connect_timeout_) {
      tell(never_connected(connect_timeout_));
      return owner_.over(*this);
    }
    watch_->set_deadline(std::min(connect_timeout_ - waited, greeting_timeout_));
    return;
  }
  const Duration remaining = connect_time_ + greeting_timeout_ - waited;
  if (remaining > Duration(0)) return watch_->set_deadline(remaining);
  tell(fell_silent(greeting_.get(), greeting_timeout_));
  owner_.over(*this);
}

// Whether the handshake stands, and since when. While no byte came, the last ACK is the one that completed it.
bool BannerProbe::learn_established(bool bytes_came) {
  if (!bytes_came && !has_peer(socket_.get())) return false;
  tcp_info info{};
  socklen_t length = sizeof info;
  if (getsockopt(socket_.get(), IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return false;
  const bool connecting = info.tcpi_state == TCP_SYN_SENT || info.tcpi_state == TCP_SYN_RECV;
  if (!bytes_came && (connecting || info.tcpi_state == TCP_CLOSE)) return false;
  phase_ = Phase::kGreeting;
  const Duration waited = clock_.now().steady - begun_;
  const bool first_syn_did = info.tcpi_total_retrans == 0 && info.tcpi_rtt > 0;
  if (first_syn_did) {
    connect_time_ = std::chrono::microseconds(info.tcpi_rtt);
  } else if (bytes_came) {
    connect_time_ = waited;
  } else {
    connect_time_ = waited - std::chrono::milliseconds(info.tcpi_last_ack_recv);
  }
  connect_time_ = std::clamp(connect_time_, Duration(0), waited);
  return true;
}

void BannerProbe::take(std::string_view bytes) {
  const bool first = greeting_ == nullptr;
  if (first) greeting_ = std::make_unique<Greeting>();
  switch (greeting_->take(bytes)) {
    case Greeting::State::kUnfinished:
      if (first) watch_->set_deadline(std::max(Duration(0), connect_time_ + greeting_timeout_ - (clock_.now().steady - begun_)));
      return;
    case Greeting::State::kComplete: return say_goodbye();
    case Greeting::State::kNotSmtp: tell(greeted(*greeting_)); return owner_.over(*this);
  }
}

void BannerProbe::closed_by_host() {
  tell(closed(greeting_.get()));
  owner_.over(*this);
}

void BannerProbe::failed(const ProbeResult& result) {
  if (greeting_) return closed_by_host();
  owner_.told(*this, result);
  owner_.over(*this);
}

void BannerProbe::tell(ProbeResult result) {
  if (phase_ != Phase::kConnecting) result.connect_time = connect_time_;
  if (greeting_ && outcome(result.cause) == Outcome::kAnswered)
    result.greeting_time = clock_.now().steady - begun_ - connect_time_;
  owner_.told(*this, result);
}

void BannerProbe::say_goodbye() {
  phase_ = Phase::kGoodbye;
  constexpr std::string_view kQuit = "QUIT\r\n";
  // It fits an empty send buffer; where it cannot be sent any more, the connection is over anyhow.
  [[maybe_unused]] const auto sent = send(socket_.get(), kQuit.data(), kQuit.size(), MSG_NOSIGNAL);
  watch_->wait_for(false, false);
  watch_->set_deadline(kGoodbyeGlance);
  tell(greeted(*greeting_));
}

void BannerProbe::glance() {
  if (drain()) return owner_.over(*this);
  glanced_ = true;
  watch_->wait_for(true, false);
  watch_->set_deadline(kGoodbyeTime - kGoodbyeGlance);
}

// Whether the host has said goodbye. What follows a greeting is read, so that our close is a FIN: closing over unread bytes
// sends a reset.
bool BannerProbe::drain() {
  std::array<char, 4096> buffer;
  for (int reads = 0; reads < kDrainReadsMax; ++reads) {
    const ssize_t count = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR) && reads == 0) return false;
    if (count < static_cast<ssize_t>(buffer.size())) break;
  }
  return true;
}

}  // namespace mxpulse::probe
