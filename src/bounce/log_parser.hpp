// Lines of an MTA's log -> bounce events, in the MTA's own dialect.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "mxpulse/bounce_event.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::bounce {

using TellEvent = std::function<void(const BounceEvent&)>;

// Keeps what later lines need (a host seen before, by message or session), bounded. Pure: no clock, no I/O.
class LogParser {
 public:
  virtual ~LogParser() = default;
  // One line without its end; any bytes. `now` gives a stamp without a year its year. Tells zero or more events.
  virtual void take(std::string_view line, SystemTime now, const TellEvent& tell) = 0;
};

// One maker a dialect, each in its own file.
std::unique_ptr<LogParser> make_postfix_parser();
std::unique_ptr<LogParser> make_exim_parser();
std::unique_ptr<LogParser> make_sendmail_parser();
std::unique_ptr<LogParser> make_opensmtpd_parser();
std::unique_ptr<LogParser> make_qmail_parser();
std::unique_ptr<LogParser> make_ndjson_parser();

}  // namespace mxpulse::bounce
