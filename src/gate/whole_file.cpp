#include "gate/whole_file.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "net/descriptor.hpp"

namespace mxpulse::gate {

Result<bool> write_whole_file(const std::string& path, std::string_view text) {
  const auto failed = [&] { return Result<bool>::failure(path + ": cannot be written: " + std::strerror(errno)); };
  const net::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!file) return failed();
  while (!text.empty()) {
    const ssize_t count = ::write(file.get(), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed();
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (fsync(file.get()) != 0 && errno != EINVAL) return failed();
  return true;
}

Result<bool> replace_file(const std::string& path, std::string_view text) {
  const std::string beside = path + ".new";
  auto written = write_whole_file(beside, text);
  if (!written) return written;
  if (std::rename(beside.c_str(), path.c_str()) != 0)
    return Result<bool>::failure(path + ": cannot be put in place: " + std::strerror(errno));
  return true;
}

}  // namespace mxpulse::gate
