// A line of a system log: what stands before the message, whose message it is, and the message.
#pragma once

#include <optional>
#include <string_view>

namespace mxpulse::bounce {

struct SyslogLine {
  std::string_view before;   // stamp, host and the like; the site's template decides
  std::string_view program;  // "postfix/smtp" of "postfix/smtp[123]: "
  std::string_view message;
};

// The tag is the first word that ends in ": " (RFC 3164), or the fourth of RFC 5424; never a later one, where words of others
// stand that may look like a tag, unless the message is a whole line that a container's log driver passed on. Nothing for a
// line without one. Pure.
std::optional<SyslogLine> split_syslog_line(std::string_view line);

}  // namespace mxpulse::bounce
