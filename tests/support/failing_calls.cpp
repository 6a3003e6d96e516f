// Loaded before the C library (LD_PRELOAD), lets one call of one function fail, as a machine in trouble would.
// MXPULSE_FAIL="connect:3" lets the third connect() fail, "connect:3+" that and all after it.
#include <dlfcn.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace {

struct Call {
  const char* name;
  int error;  // what a machine in trouble says there
};

constexpr Call kCalls[] = {{"malloc", ENOMEM}, {"socket", EMFILE}, {"connect", EADDRNOTAVAIL}, {"read", EIO},
                           {"write", ENOSPC},  {"fsync", EIO},     {"epoll_ctl", ENOSPC}};

std::atomic<const Call*> chosen{nullptr};
std::atomic<long> first{0};
std::atomic<bool> all_after{false};
std::atomic<long> count{0};

__attribute__((constructor)) void choose() {
  const char* wish = std::getenv("MXPULSE_FAIL");
  unsetenv("LD_PRELOAD");  // a program that this one starts is well
  if (wish == nullptr) return;
  const char* colon = std::strchr(wish, ':');
  if (colon == nullptr) return;
  char* end = nullptr;
  first = std::strtol(colon + 1, &end, 10);
  all_after = *end == '+';
  for (const Call& call : kCalls) {
    const auto size = static_cast<std::size_t>(colon - wish);
    if (std::strlen(call.name) == size && std::strncmp(call.name, wish, size) == 0) chosen = &call;
  }
}

bool fails(const char* name) {
  const Call* call = chosen.load();
  if (call == nullptr || std::strcmp(call->name, name) != 0) return false;
  const long number = ++count;
  if (number != first && !(all_after && number > first)) return false;
  errno = call->error;
  return true;
}

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

void* __libc_malloc(std::size_t size);

void* malloc(std::size_t size) { return fails("malloc") ? nullptr : __libc_malloc(size); }

int socket(int domain, int type, int protocol) {
  static auto* const real = next<int(int, int, int)>("socket");
  return fails("socket") ? -1 : real(domain, type, protocol);
}

int connect(int fd, const sockaddr* address, socklen_t size) {
  static auto* const real = next<int(int, const sockaddr*, socklen_t)>("connect");
  return fails("connect") ? -1 : real(fd, address, size);
}

ssize_t read(int fd, void* buffer, std::size_t size) {
  static auto* const real = next<ssize_t(int, void*, std::size_t)>("read");
  return fails("read") ? -1 : real(fd, buffer, size);
}

ssize_t pread64(int fd, void* buffer, std::size_t size, off64_t offset) {
  static auto* const real = next<ssize_t(int, void*, std::size_t, off64_t)>("pread64");
  return fails("read") ? -1 : real(fd, buffer, size, offset);
}

ssize_t write(int fd, const void* buffer, std::size_t size) {
  static auto* const real = next<ssize_t(int, const void*, std::size_t)>("write");
  return fails("write") ? -1 : real(fd, buffer, size);
}

ssize_t pwrite64(int fd, const void* buffer, std::size_t size, off64_t offset) {
  static auto* const real = next<ssize_t(int, const void*, std::size_t, off64_t)>("pwrite64");
  return fails("write") ? -1 : real(fd, buffer, size, offset);
}

int fsync(int fd) {
  static auto* const real = next<int(int)>("fsync");
  return fails("fsync") ? -1 : real(fd);
}

int fdatasync(int fd) {
  static auto* const real = next<int(int)>("fdatasync");
  return fails("fsync") ? -1 : real(fd);
}

int epoll_ctl(int epoll, int operation, int fd, epoll_event* event) {
  static auto* const real = next<int(int, int, int, epoll_event*)>("epoll_ctl");
  return fails("epoll_ctl") ? -1 : real(epoll, operation, fd, event);
}
}
