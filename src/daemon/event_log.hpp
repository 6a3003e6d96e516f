// Writes what happens to the log, an event a line.
#pragma once

#include <functional>
#include <string_view>

#include "daemon/log_line.hpp"
#include "mxpulse/observer.hpp"

namespace mxpulse::daemon {

class EventLog final : public Observer {
 public:
  // Takes one whole line with its end.
  using Write = std::function<void(std::string_view line)>;

  EventLog(LogFormat format, Level least, Write write) : format_(format), least_(least), write_(std::move(write)) {}

  void configure(LogFormat format, Level least) {
    format_ = format;
    least_ = least;
  }

  // For what has no observer's method: start, stop, "cannot".
  void note(Level level, std::string_view event, std::string why, Now now);

  void probed(const Address& address, const ProbeResult& result, Now now) override;
  void verdict_changed(const DomainName& destination, Verdict from, Verdict to, std::string_view why, Now now) override;
  void host_changed(const Address& address, bool answering, unsigned streak, const ProbeResult& result, Now now) override;
  void destination_joined(const DomainName& destination, std::size_t bounces, Now now) override;
  void destination_left(const DomainName& destination, Now now) override;
  void feed_failed(const std::string& feed, std::string_view why, Now now) override;
  void gate_moved(const GateTransition& transition, GateMode mode, Now now) override;
  void flushed(const DomainName& destination, std::size_t pushed, Duration took, std::string_view why, Now now) override;
  void gate_failed(std::string_view mta, std::string_view why, Now now) override;
  void vantage_changed(bool impaired, std::string_view why, Now now) override;
  void webhook_ended(const std::string& receiver, WebhookResult result, std::string_view why, Now now) override;
  void store_wrote(bool taken, std::string_view why, Now now) override;
  void clock_jumped(std::string_view why, Now now) override;
  void reloaded(bool successful, std::string_view why, Now now) override;

 private:
  void write(const LogLine& line) const;

  LogFormat format_;
  Level least_;
  Write write_;
  std::string store_why_;  // said last
};

// In one write(2), so that lines of two processes do not mix. A log that cannot be written must not stop the pulse.
void write_to_standard_error(std::string_view line);

}  // namespace mxpulse::daemon
