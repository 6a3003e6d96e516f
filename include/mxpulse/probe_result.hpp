// What one probe of one address found.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "mxpulse/cause.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse {

inline constexpr std::size_t kGreetingMax = 200;  // bytes of the escaped greeting that are kept

struct ProbeResult {
  Cause cause = Cause::kLocalError;
  std::string why;  // in words, our own; may name errno texts and addresses, holds no remote bytes

  // Phases that were completed. The greeting time starts where the connect time ends.
  std::optional<Duration> connect_time;
  std::optional<Duration> greeting_time;

  std::optional<int> reply_code;  // 200-599, of the final line of the greeting
  // The greeting's last line, printable ASCII only: any other byte is written \xNN, and a backslash \x5C. At most kGreetingMax
  // bytes.
  std::string greeting;

  // We have no route to the whole family of the address (ENETUNREACH raised here, EAFNOSUPPORT): the other family may do.
  bool no_route = false;
};

}  // namespace mxpulse
