// Asks a socketmap as Postfix does, over a few connections, each with one question under way at a time or several.
// socketmap_load ADDRESS PORT CONNECTIONS DEPTH SECONDS; prints JSON.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Connection {
  int fd = -1;
  std::deque<Clock::time_point> asked;
};

class Load {
 public:
  Load(const char* address, std::uint16_t port) {
    server_.sin_family = AF_INET;
    server_.sin_port = htons(port);
    server_.sin_addr.s_addr = inet_addr(address);
  }

  void run(std::size_t connections, std::size_t depth, int seconds) {
    connections_.resize(connections);
    for (std::size_t i = 0; i < connections; ++i) open(connections_[i], i);
    const auto begin = Clock::now();
    for (Connection& one : connections_) ask(one, depth);
    while (Clock::now() < begin + std::chrono::seconds(seconds)) {
      const int ready = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), 100);
      for (int i = 0; i < ready; ++i) take(connections_[events_[static_cast<std::size_t>(i)].data.u64]);
    }
    const double took = std::chrono::duration<double>(Clock::now() - begin).count();
    std::sort(milliseconds_.begin(), milliseconds_.end());
    std::printf("{\"lookups\": %zu, \"per_second\": %.0f, \"ms_p50\": %.3f, \"ms_p99\": %.3f}\n", milliseconds_.size(),
                static_cast<double>(milliseconds_.size()) / took, milliseconds_[milliseconds_.size() / 2],
                milliseconds_[milliseconds_.size() * 99 / 100]);
  }

 private:
  void open(Connection& one, std::size_t number) {
    one.fd = socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    setsockopt(one.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(one.fd, reinterpret_cast<const sockaddr*>(&server_), sizeof server_) != 0) {
      std::perror("socketmap_load");
      std::exit(1);
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = number;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, one.fd, &event);
  }

  void ask(Connection& one, std::size_t count) {
    std::string questions;
    const auto now = Clock::now();
    for (std::size_t i = 0; i < count; ++i) {
      const std::string question = "gate user@d" + std::to_string(number_++ % 100'000) + ".bench.example";
      questions += std::to_string(question.size()) + ":" + question + ",";
      one.asked.push_back(now);
    }
    if (send(one.fd, questions.data(), questions.size(), MSG_NOSIGNAL) < 0) std::exit(1);
  }

  // An answer ends with its comma; none of them holds another.
  void take(Connection& one) {
    std::array<char, 65536> buffer;
    const auto count = recv(one.fd, buffer.data(), buffer.size(), 0);
    if (count <= 0) {
      std::fputs("socketmap_load: the server closed\n", stderr);
      std::exit(1);
    }
    const auto answers = static_cast<std::size_t>(std::count(buffer.begin(), buffer.begin() + count, ','));
    const auto now = Clock::now();
    for (std::size_t i = 0; i < answers; ++i) {
      milliseconds_.push_back(std::chrono::duration<double, std::milli>(now - one.asked.front()).count());
      one.asked.pop_front();
    }
    ask(one, answers);
  }

  sockaddr_in server_{};
  int epoll_ = epoll_create1(0);
  std::array<epoll_event, 64> events_{};
  std::vector<Connection> connections_;
  std::vector<double> milliseconds_;
  std::size_t number_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return std::fputs("socketmap_load ADDRESS PORT CONNECTIONS DEPTH SECONDS\n", stderr), 2;
  Load load(argv[1], static_cast<std::uint16_t>(std::atoi(argv[2])));
  load.run(static_cast<std::size_t>(std::atol(argv[3])), static_cast<std::size_t>(std::atol(argv[4])), std::atoi(argv[5]));
}
