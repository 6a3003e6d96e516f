#include "demo/smtp_host.hpp"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

#include "net/socket_address.hpp"

namespace mxpulse::demo {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kConversationsMax = 256;
constexpr auto kPatience = 30s;  // with a silent client
constexpr auto kSlowGreeting = 1s;

std::string_view greeting_of(Behaviour behaviour) {
  switch (behaviour) {
    case Behaviour::kBusy: return "421 4.3.2 too busy, come back later\r\n";
    case Behaviour::kRejecting: return "554 5.7.1 no service for you\r\n";
    case Behaviour::kNotSmtp: return "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
    case Behaviour::kMultiLine: return "220-mx.slow.example\r\n220-thinks before it speaks\r\n220 ESMTP\r\n";
    default: return "220 mx.example ESMTP demo\r\n";
  }
}

}  // namespace

// One client: greeting, then a polite answer to QUIT. Everything else is heard and not understood.
class SmtpHost::Conversation final : public net::SocketListener {
 public:
  Conversation(SmtpHost& host, net::Descriptor socket, Behaviour behaviour)
      : host_(host), behaviour_(behaviour), socket_(std::move(socket)), watch_(host.loop_, socket_.get(), *this) {
    watch_.wait_for(true, false);
    const bool slow = behaviour == Behaviour::kMultiLine;
    watch_.set_deadline(slow ? Duration(kSlowGreeting) : Duration(kPatience));
    if (!slow && behaviour != Behaviour::kSilent) greet();
  }

  void on_ready(bool, bool) override {
    std::array<char, 512> buffer;
    const ssize_t count = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EAGAIN) return;
    const bool quits = count > 0 && std::string_view(buffer.data(), static_cast<std::size_t>(count)).starts_with("QUIT");
    if (count > 0 && !quits) return say("502 5.5.1 not understood\r\n");
    if (quits) say("221 2.0.0 bye\r\n");
    end();
  }

  void on_deadline() override {
    if (behaviour_ != Behaviour::kMultiLine || greeted_) return end();
    watch_.set_deadline(kPatience);
    greet();
  }

 private:
  void greet() {
    greeted_ = true;
    say(greeting_of(behaviour_));
  }

  void say(std::string_view text) {
    [[maybe_unused]] const auto sent = send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
  }

  void end() { host_.conversations_.erase(this); }

  SmtpHost& host_;
  Behaviour behaviour_;
  bool greeted_ = false;
  net::Descriptor socket_;
  net::SocketWatch watch_;
};

SmtpHost::SmtpHost(net::Loop& loop, const Endpoint& endpoint) : loop_(loop), endpoint_(endpoint) {}

SmtpHost::~SmtpHost() = default;

void SmtpHost::behave(Behaviour behaviour) {
  if (behaviour == behaviour_) return;
  behaviour_ = behaviour;
  conversations_.clear();
  fillers_.clear();
  watch_.reset();
  listener_.reset();
  if (behaviour == Behaviour::kRefused) return;
  if (behaviour == Behaviour::kTimeout) {
    listen_with_backlog(0);
    return fill_backlog();
  }
  listen_with_backlog(128);
  watch_ = std::make_unique<net::SocketWatch>(loop_, listener_.get(), *this);
  watch_->wait_for(true, false);
}

void SmtpHost::listen_with_backlog(int backlog) {
  const bool v6 = endpoint_.address.family == Family::kIPv6;
  listener_ = net::Descriptor(socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const auto address = net::socket_address(endpoint_.address, endpoint_.port);
  if (bind(listener_.get(), address.get(), address.length) != 0 || listen(listener_.get(), backlog) != 0) {
    throw std::runtime_error("the demo cannot listen on " + endpoint_.text() + ": " + std::strerror(errno));
  }
}

// A backlog of 0 takes one connection; with that one in place, the kernel drops further SYNs (listen(2)).
void SmtpHost::fill_backlog() {
  const auto address = net::socket_address(endpoint_.address, endpoint_.port);
  for (int i = 0; i < 4; ++i) {
    fillers_.emplace_back(socket(address.get()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    [[maybe_unused]] const int in_progress = connect(fillers_.back().get(), address.get(), address.length);
  }
}

void SmtpHost::on_ready(bool, bool) {
  while (true) {
    net::Descriptor client(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!client) return;
    if (behaviour_ == Behaviour::kDropped || conversations_.size() >= kConversationsMax) continue;
    auto conversation = std::make_unique<Conversation>(*this, std::move(client), behaviour_);
    const Conversation* key = conversation.get();
    conversations_.emplace(key, std::move(conversation));
  }
}

}  // namespace mxpulse::demo
