// The least that a probe can cost: connect, hear 220, say QUIT, close, on a bare epoll. It keeps nothing, tells nothing and
// waits for no 221 unless told to.
// limit FIRST_ADDRESS COUNT PORT CONCURRENCY TIMEOUT_MS [wait]

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kQuit = "QUIT\r\n";

struct Tally {
  std::size_t answered = 0;
  std::size_t silent = 0;
  std::size_t failed = 0;
};

class Limit {
 public:
  Limit(std::uint32_t first, std::uint16_t port, std::chrono::milliseconds timeout, bool waits)
      : next_(first), port_(port), timeout_(timeout), waits_(waits) {}

  Tally run(std::size_t count, std::size_t concurrency) {
    while (count > 0 || open_ > 0) {
      for (; count > 0 && open_ < concurrency; --count) begin();
      const int ready = epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), wait_time());
      for (int i = 0; i < ready; ++i) read(events_[static_cast<std::size_t>(i)].data.fd);
      end_late();
    }
    return tally_;
  }

 private:
  void begin() {
    sockaddr_in target{};
    target.sin_family = AF_INET;
    target.sin_port = htons(port_);
    target.sin_addr.s_addr = htonl(next_++);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0 || (connect(fd, reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0 && errno != EINPROGRESS)) {
      ++tally_.failed;
      if (fd >= 0) close(fd);
      return;
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    ++open_;
    if (serial_.size() <= static_cast<std::size_t>(fd)) serial_.resize(static_cast<std::size_t>(fd) + 1);
    deadlines_.push_back({fd, ++serial_[static_cast<std::size_t>(fd)], Clock::now() + timeout_});
  }

  void read(int fd) {
    std::array<char, 512> buffer;
    const auto count = recv(fd, buffer.data(), buffer.size(), 0);
    const std::string_view said(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
    if (said.starts_with("220")) {
      ++tally_.answered;
      send(fd, kQuit.data(), kQuit.size(), MSG_NOSIGNAL);
      if (waits_) return;
    } else if (!said.starts_with("221")) {
      ++tally_.failed;
    }
    end(fd);
  }

  void end(int fd) {
    ++serial_[static_cast<std::size_t>(fd)];
    close(fd);
    --open_;
  }

  // All wait equally long, so that they end in the order begun.
  void end_late() {
    const auto now = Clock::now();
    for (; oldest_ < deadlines_.size(); ++oldest_) {
      const Deadline& one = deadlines_[oldest_];
      if (serial_[static_cast<std::size_t>(one.fd)] != one.serial) continue;
      if (one.due > now) break;
      ++tally_.silent;
      end(one.fd);
    }
    if (oldest_ < 65536) return;
    deadlines_.erase(deadlines_.begin(), deadlines_.begin() + static_cast<std::ptrdiff_t>(oldest_));
    oldest_ = 0;
  }

  int wait_time() const {
    if (oldest_ == deadlines_.size()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadlines_[oldest_].due - Clock::now()).count();
    return left > 0 ? static_cast<int>(left) : 0;
  }

  struct Deadline {
    int fd;
    std::uint32_t serial;  // of the conversation that had the descriptor
    Clock::time_point due;
  };

  std::uint32_t next_;
  std::uint16_t port_;
  std::chrono::milliseconds timeout_;
  bool waits_;
  int epoll_ = epoll_create1(0);
  std::array<epoll_event, 512> events_{};
  std::size_t open_ = 0;
  std::vector<std::uint32_t> serial_;  // by descriptor
  std::vector<Deadline> deadlines_;
  std::size_t oldest_ = 0;
  Tally tally_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) return std::fputs("limit FIRST_ADDRESS COUNT PORT CONCURRENCY TIMEOUT_MS [wait]\n", stderr), 2;
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  Limit limit(ntohl(inet_addr(argv[1])), static_cast<std::uint16_t>(std::atoi(argv[3])),
              std::chrono::milliseconds(std::atoi(argv[5])), argc > 6);
  const Tally tally = limit.run(static_cast<std::size_t>(std::atol(argv[2])), static_cast<std::size_t>(std::atol(argv[4])));
  std::printf("%zu answered, %zu silent, %zu failed\n", tally.answered, tally.silent, tally.failed);
}
