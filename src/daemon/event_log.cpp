#include "daemon/event_log.hpp"

#include <unistd.h>

#include <string>

namespace mxpulse::daemon {
namespace {

using Fields = std::vector<std::pair<std::string_view, std::string>>;

// The greeting is a remote host's text: it stands last, escaped.
void add_result(Fields& fields, const ProbeResult& result) {
  fields.emplace_back("outcome", label(outcome(result.cause)));
  fields.emplace_back("cause", label(result.cause));
  if (result.reply_code) fields.emplace_back("reply_code", std::to_string(*result.reply_code));
  if (result.connect_time) fields.emplace_back("connect_seconds", std::to_string(to_seconds(*result.connect_time)));
  if (result.greeting_time) fields.emplace_back("greeting_seconds", std::to_string(to_seconds(*result.greeting_time)));
  if (!result.why.empty()) fields.emplace_back("why", result.why);
  if (!result.greeting.empty()) fields.emplace_back("greeting", result.greeting);
}

}  // namespace

void EventLog::note(Level level, std::string_view event, std::string why, Now now) {
  write({now.system, level, event, {{"why", std::move(why)}}});
}

void EventLog::probed(const Address& address, const ProbeResult& result, Now now) {
  if (least_ > Level::kDebug) return;
  LogLine line{now.system, Level::kDebug, "probed", {{"address", address.text()}}};
  add_result(line.fields, result);
  write(line);
}

void EventLog::verdict_changed(const DomainName& destination, Verdict from, Verdict to, std::string_view why, Now now) {
  write({now.system,
         to == Verdict::kUnavailable ? Level::kWarning : Level::kInfo,
         "verdict",
         {{"destination", std::string(destination.text())},
          {"from", std::string(label(from))},
          {"to", std::string(label(to))},
          {"why", std::string(why)}}});
}

void EventLog::host_changed(const Address& address, bool answering, unsigned streak, const ProbeResult& result, Now now) {
  LogLine line{now.system,
               Level::kInfo,
               "host",
               {{"address", address.text()}, {"answering", answering ? "yes" : "no"}, {"streak", std::to_string(streak)}}};
  add_result(line.fields, result);
  write(line);
}

void EventLog::destination_joined(const DomainName& destination, std::size_t bounces, Now now) {
  write({now.system, Level::kInfo, "joined", {{"destination", std::string(destination.text())}, {"bounces", std::to_string(bounces)}}});
}

void EventLog::destination_left(const DomainName& destination, Now now) {
  write({now.system, Level::kInfo, "left", {{"destination", std::string(destination.text())}}});
}

void EventLog::feed_failed(const std::string& feed, std::string_view why, Now now) {
  write({now.system, Level::kWarning, "feed", {{"feed", feed}, {"why", std::string(why)}}});
}

void EventLog::gate_moved(const GateTransition& transition, GateMode mode, Now now) {
  LogLine line{now.system,
               transition.to == GateMove::kExhausted ? Level::kWarning : Level::kInfo,
               "gate",
               {{"destination", std::string(transition.destination.text())},
                {"to", std::string(label(transition.to))},
                {"mode", std::string(label(mode))}}};
  if (transition.until) {
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(*transition.until - now.system);
    line.fields.emplace_back("lease_seconds", std::to_string(left.count()));
  }
  line.fields.emplace_back("why", transition.why);
  write(line);
}

void EventLog::flushed(const DomainName& destination, std::size_t pushed, Duration took, std::string_view why, Now now) {
  LogLine line{
      now.system,
      Level::kInfo,
      "flushed",
      {{"destination", std::string(destination.text())}, {"pushed", std::to_string(pushed)}, {"seconds", std::to_string(to_seconds(took))}}};
  if (!why.empty()) line.fields.emplace_back("why", why);
  write(line);
}

void EventLog::gate_failed(std::string_view mta, std::string_view why, Now now) {
  write({now.system, Level::kError, "gate_failed", {{"mta", std::string(mta)}, {"why", std::string(why)}}});
}

void EventLog::vantage_changed(bool impaired, std::string_view why, Now now) {
  LogLine line{now.system, impaired ? Level::kError : Level::kInfo, "vantage", {{"impaired", impaired ? "yes" : "no"}}};
  line.fields.emplace_back("why",
                           impaired ? std::string(why) : "somebody answers us again; after one more round no-answers count");
  write(line);
}

void EventLog::webhook_ended(const std::string& receiver, WebhookResult result, std::string_view why, Now now) {
  const bool expected = result == WebhookResult::kSent || result == WebhookResult::kRetried;
  LogLine line{now.system,
               expected ? Level::kDebug : Level::kWarning,
               "webhook",
               {{"receiver", receiver}, {"result", std::string(label(result))}}};
  if (!why.empty()) line.fields.emplace_back("why", why);
  write(line);
}

// The same failure again and again is one line; the counter tells how often.
void EventLog::store_wrote(bool taken, std::string_view why, Now now) {
  if (why == store_why_) return;
  store_why_ = why;
  if (why.empty()) return write({now.system, Level::kInfo, "store", {{"why", "writes again"}}});
  write({now.system, Level::kError, "store", {{"written", taken ? "yes" : "no"}, {"why", std::string(why)}}});
}

void EventLog::clock_jumped(std::string_view why, Now now) {
  write({now.system, Level::kWarning, "clock", {{"why", std::string(why)}}});
}

void EventLog::reloaded(bool successful, std::string_view why, Now now) {
  write({now.system,
         successful ? Level::kInfo : Level::kError,
         "reload",
         {{"successful", successful ? "yes" : "no"}, {"why", std::string(why)}}});
}

void EventLog::write(const LogLine& line) const {
  if (line.level < least_) return;
  write_(format(line, format_) + '\n');
}

void write_to_standard_error(std::string_view line) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace mxpulse::daemon
