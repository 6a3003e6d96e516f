// SMTP greeters on every local address at one port: the cheapest server there is, so that the prober is what is measured.
// farm PORT: greets, answers QUIT with 221 and closes.

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

constexpr std::string_view kGreeting = "220 mx.farm.example ESMTP\r\n";
constexpr std::string_view kGoodbye = "221 2.0.0 Bye\r\n";

int listen_on(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_port = htons(port);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0 || listen(fd, 65535) != 0) {
    std::perror("farm");
    std::exit(1);
  }
  return fd;
}

void watch(int epoll, int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

void greet_all(int epoll, int listener) {
  for (int fd = 0; (fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
    send(fd, kGreeting.data(), kGreeting.size(), MSG_NOSIGNAL);
    watch(epoll, fd, EPOLLIN | EPOLLET);
  }
}

void part(int fd) {
  std::array<char, 512> buffer;
  if (recv(fd, buffer.data(), buffer.size(), 0) > 0) send(fd, kGoodbye.data(), kGoodbye.size(), MSG_NOSIGNAL);
  close(fd);
}

}  // namespace

int main(int, char** argv) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  const int listener = listen_on(static_cast<std::uint16_t>(std::atoi(argv[1])));
  const int epoll = epoll_create1(0);
  watch(epoll, listener, EPOLLIN);
  std::puts("ready");
  std::fflush(stdout);
  std::array<epoll_event, 512> events;
  while (true) {
    const int count = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      fd == listener ? greet_all(epoll, listener) : part(fd);
    }
  }
}
