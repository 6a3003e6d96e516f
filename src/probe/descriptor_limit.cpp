#include "probe/descriptor_limit.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace mxpulse::probe {
namespace {

constexpr std::size_t kReserve = 256;  // DNS sockets, HTTP connections, feeds, the log
constexpr std::size_t kLeast = 16;
constexpr std::size_t kMost = 100'000;  // a process can have more only where nobody set a limit

}  // namespace

DescriptorLimit raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return {kReserve + kLeast, kLeast};
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) limit.rlim_cur = before;
  const auto descriptors = static_cast<std::size_t>(std::min<rlim_t>(limit.rlim_cur, kMost + kReserve));
  return {descriptors, std::max(kLeast, descriptors > kReserve ? descriptors - kReserve : 0)};
}

}  // namespace mxpulse::probe
