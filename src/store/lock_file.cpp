#include "store/lock_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace mxpulse::store {
namespace {

std::string holder(int fd) {
  std::array<char, 32> text{};
  const ssize_t size = pread(fd, text.data(), text.size() - 1, 0);
  std::string pid;
  for (ssize_t at = 0; at < size && text.at(static_cast<std::size_t>(at)) >= '0' && text.at(static_cast<std::size_t>(at)) <= '9';
       ++at)
    pid += text.at(static_cast<std::size_t>(at));
  return pid.empty() ? "unknown" : pid;
}

}  // namespace

Result<LockFile> LockFile::take(const std::string& path, bool& held_elsewhere) {
  using Failed = Result<LockFile>;
  held_elsewhere = false;
  net::Descriptor descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640));
  if (!descriptor) return Failed::failure(path + ": " + std::strerror(errno));
  if (flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
    held_elsewhere = errno == EWOULDBLOCK;
    if (!held_elsewhere) return Failed::failure(path + ": " + std::strerror(errno));
    return Failed::failure("another mxpulse uses it, pid " + holder(descriptor.get()) +
                           "; stop that one, or give this one a store.path of its own");
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(descriptor.get(), 0) != 0 || pwrite(descriptor.get(), pid.data(), pid.size(), 0) < 0) {
    // The lock holds all the same; on a full disk the other one is told no pid.
  }
  return LockFile(std::move(descriptor));
}

}  // namespace mxpulse::store
