#include "cli/check_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace mxpulse::cli {
namespace {

constexpr int kWaterfallWidth = 24;  // characters for the slowest address

constexpr const char* kGreen = "\x1b[32m";
constexpr const char* kYellow = "\x1b[33m";
constexpr const char* kRed = "\x1b[31m";
constexpr const char* kBold = "\x1b[1m";

std::string coloured(std::string_view text, const char* colour, bool colours) {
  return colours ? colour + std::string(text) + "\x1b[0m" : std::string(text);
}

const char* colour_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAvailable: return kGreen;
    case Verdict::kBackupOnly:
    case Verdict::kRefusing:
    case Verdict::kUnknown: return kYellow;
    case Verdict::kUnavailable:
    case Verdict::kUndeliverable: return kRed;
  }
  return kYellow;
}

const char* colour_of(Outcome outcome, Cause cause) {
  if (cause == Cause::kReady) return kGreen;
  return outcome == Outcome::kNoAnswer ? kRed : kYellow;
}

std::string milliseconds(const std::optional<Duration>& duration) {
  if (!duration) return "-";
  const double value = to_seconds(*duration) * 1e3;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), value < 1 ? "%.2f ms" : value < 10 ? "%.1f ms" : "%.0f ms", value);
  return text.data();
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

// "-" while connecting and "=" while waiting for the greeting, to the scale of the slowest address; "." for a wait that
// nothing ended.
std::string waterfall(const ProbeResult& result, Duration slowest) {
  const auto length = [&](const std::optional<Duration>& phase) -> std::size_t {
    if (!phase) return 0;
    const double share = slowest > Duration(0) ? to_seconds(*phase) / to_seconds(slowest) : 0;
    return static_cast<std::size_t>(std::clamp(static_cast<int>(std::lround(share * kWaterfallWidth)), 1, kWaterfallWidth));
  };
  const bool waited_for_nothing = result.cause == Cause::kTimeout || result.cause == Cause::kSilent;
  std::string bar(waited_for_nothing && result.connect_time ? 1 : length(result.connect_time), '-');
  bar.append(length(result.greeting_time), '=');
  bar.resize(std::min<std::size_t>(bar.size(), kWaterfallWidth));
  bar.resize(kWaterfallWidth, waited_for_nothing ? '.' : ' ');
  return "|" + bar + "|";
}

// What becomes of mail that is on its way there.
std::string_view next_step(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAvailable: return "mail is delivered";
    case Verdict::kBackupOnly: return "mail goes to the backup, which passes it on when the primary is back";
    case Verdict::kRefusing: return "senders retry a 4xx later, and return the mail after a 5xx";
    case Verdict::kUnavailable:
      return "senders keep the mail and retry, most of them for five days; \"mxpulse run\" sees the host come back";
    case Verdict::kUndeliverable: return "senders return the mail at once";
    case Verdict::kUnknown: return "nothing is known; mail flows as it does";
  }
  return "";
}

Duration total(const ProbeResult& result) {
  return result.connect_time.value_or(Duration(0)) + result.greeting_time.value_or(Duration(0));
}

std::string address_line(const AskedAddress& asked, std::size_t host_width, std::size_t address_width, Duration slowest,
                         bool colour) {
  const ProbeResult& result = *asked.result;
  std::string line = "  " + padded(std::to_string(asked.preference), 5) + " " + padded(asked.host, host_width) + "  " +
                     padded(asked.address.text(), address_width) + "  ";
  line += coloured(padded(std::string(label(result.cause)), 15), colour_of(outcome(result.cause), result.cause), colour);
  line += " " + waterfall(result, slowest);
  line += " connect " + milliseconds(result.connect_time) + ", greeting " + milliseconds(result.greeting_time) + "\n";
  if (!result.greeting.empty()) line += "        it says: " + result.greeting + "\n";
  if (!result.why.empty() && result.why != sentence(result.cause)) line += "        " + result.why + "\n";
  return line;
}

}  // namespace

std::string to_text(const CheckReport& report, bool colour) {
  std::string text = coloured(report.target, kBold, colour) + ": " +
                     coloured(label(report.health.verdict), colour_of(report.health.verdict), colour);
  if (!report.health.why.empty()) text += " - " + report.health.why;
  text += "\n";
  if (report.set->implicit) text += "  no MX record: the domain itself is its mail host (RFC 5321 5.1)\n";
  if (report.set->stale) text += "  DNS gives no fresh answer; these addresses are from before\n";

  std::size_t host_width = 0;
  std::size_t address_width = 0;
  Duration slowest{0};
  for (const AskedAddress& asked : report.asked) {
    host_width = std::max(host_width, asked.host.size());
    address_width = std::max(address_width, asked.address.text().size());
    slowest = std::max(slowest, total(*asked.result));
  }
  for (const AskedAddress& asked : report.asked) text += address_line(asked, host_width, address_width, slowest, colour);
  for (const MxHost& host : report.set->hosts) {
    if (host.failure)
      text += "  " + padded(std::to_string(host.preference), 5) + " " + host.name.text() + "  " +
              std::string(label(*host.failure)) + ": " + host.why.view() + "\n";
  }
  if (report.set->hosts_omitted > 0) {
    text += "  " + std::to_string(report.set->hosts_omitted) + " more hosts of its MX set were not asked\n";
  }
  text += "  next: " + std::string(next_step(report.health.verdict)) + "\n";
  return text;
}

}  // namespace mxpulse::cli
