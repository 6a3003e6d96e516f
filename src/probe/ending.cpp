#include "probe/ending.hpp"

#include "probe/printable.hpp"

namespace mxpulse::probe {
namespace {

Cause cause_of_code(int code) {
  switch (code / 100) {
    case 2: return Cause::kReady;
    case 4: return Cause::kBusy;
    case 5: return Cause::kRejecting;
    default: return Cause::kNotSmtp;  // 3xx greets nobody
  }
}

std::string seconds_text(Duration duration) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  return milliseconds % 1000 == 0 ? std::to_string(milliseconds / 1000) + " s" : std::to_string(milliseconds) + " ms";
}

ProbeResult result(Cause cause, std::string why, const Greeting* greeting) {
  ProbeResult made;
  made.cause = cause;
  made.why = why.empty() ? std::string(sentence(cause)) : std::move(why);
  if (greeting == nullptr) return made;
  if (greeting->state() == Greeting::State::kComplete) made.reply_code = greeting->code();
  made.greeting = printable(greeting->last_line(), kGreetingMax);
  return made;
}

ProbeResult not_smtp(const Greeting& greeting) { return result(Cause::kNotSmtp, "what it says is no SMTP greeting", &greeting); }

}  // namespace

ProbeResult never_connected(Duration limit) {
  return result(Cause::kTimeout, "no answer to the connection attempt within " + seconds_text(limit), nullptr);
}

ProbeResult greeted(const Greeting& greeting) {
  if (greeting.state() != Greeting::State::kComplete) return not_smtp(greeting);
  return result(cause_of_code(greeting.code()), "", &greeting);
}

ProbeResult closed(Greeting* greeting) {
  if (greeting == nullptr) return result(Cause::kDropped, "closed by the host before a greeting", nullptr);
  if (greeting->end() == Greeting::State::kComplete) return greeted(*greeting);
  if (greeting->is_smtp_so_far()) return result(Cause::kBusy, "closed by the host in the middle of its greeting", greeting);
  return not_smtp(*greeting);
}

ProbeResult fell_silent(const Greeting* greeting, Duration limit) {
  const std::string within = seconds_text(limit);
  if (greeting == nullptr) return result(Cause::kSilent, "connected, but no greeting within " + within, nullptr);
  if (greeting->is_smtp_so_far()) return result(Cause::kBusy, "began its greeting and did not end it within " + within, greeting);
  return result(Cause::kNotSmtp, "no line of SMTP within " + within, greeting);
}

}  // namespace mxpulse::probe
