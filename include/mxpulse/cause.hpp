// Every cause there is, in one table: label, sentence for people, outcome, enhanced status code.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mxpulse {

// What a probe says about the host. Only kNoAnswer lengthens a streak, only kAnswered ends one.
enum class Outcome : std::uint8_t { kAnswered, kNoAnswer, kUnusable, kNotTried };

enum class Cause : std::uint8_t {
  kReady,
  kBusy,
  kRejecting,
  kNotSmtp,
  kTimeout,
  kRefused,
  kUnreachable,
  kSilent,
  kDropped,
  kDnsTemporary,
  kNoSuchDomain,
  kNullMx,
  kNoAddress,
  kLocalError,
  kResolverDown,
  kVantageImpaired,
  kDeniedAddress,
  kOverBudget,
};

struct CauseEntry {
  Cause cause;
  Outcome outcome;
  std::string_view label;          // metrics, JSON, logs
  std::string_view sentence;       // people
  std::string_view enhanced_code;  // RFC 3463 / RFC 7505 code a sender would log for it; empty: it says nothing about mail
};

inline constexpr std::array<CauseEntry, 18> kCauses{{
    {Cause::kReady, Outcome::kAnswered, "ready", "the host greets and takes mail", "2.0.0"},
    {Cause::kBusy, Outcome::kAnswered, "busy", "the host is alive and asks to come back later", "4.3.2"},
    {Cause::kRejecting, Outcome::kAnswered, "rejecting", "the host is alive and refuses us or everyone", "5.3.2"},
    {Cause::kNotSmtp, Outcome::kAnswered, "not_smtp", "something answers, but it does not speak SMTP", "5.5.0"},
    {Cause::kTimeout, Outcome::kNoAnswer, "timeout", "nothing answers the connection attempt: down, filtered or routed away",
     "4.4.1"},
    {Cause::kRefused, Outcome::kNoAnswer, "refused", "the host refuses the connection: no mail server listens", "4.4.1"},
    {Cause::kUnreachable, Outcome::kNoAnswer, "unreachable", "the network reports that the host cannot be reached", "4.4.1"},
    {Cause::kSilent, Outcome::kNoAnswer, "silent", "the connection stands, but no greeting comes: overloaded or hung", "4.4.2"},
    {Cause::kDropped, Outcome::kNoAnswer, "dropped", "the connection is closed before a greeting", "4.4.2"},
    {Cause::kDnsTemporary, Outcome::kNoAnswer, "dns_temporary",
     "the lookup of this name fails while the resolver answers for others", "4.4.3"},
    {Cause::kNoSuchDomain, Outcome::kUnusable, "no_such_domain", "the domain does not exist", "5.1.2"},
    {Cause::kNullMx, Outcome::kUnusable, "null_mx", "the domain says that it takes no mail", "5.1.10"},
    {Cause::kNoAddress, Outcome::kUnusable, "no_address", "the domain's mail hosts have no address", "5.4.4"},
    {Cause::kLocalError, Outcome::kNotTried, "local_error", "this machine could not ask", ""},
    {Cause::kResolverDown, Outcome::kNotTried, "resolver_down", "our resolver answers nothing", ""},
    {Cause::kVantageImpaired, Outcome::kNotTried, "vantage_impaired", "our own connection is in doubt", ""},
    {Cause::kDeniedAddress, Outcome::kNotTried, "denied_address", "the address is not one to connect to", ""},
    {Cause::kOverBudget, Outcome::kNotTried, "over_budget", "asked often enough for now", ""},
}};

constexpr const CauseEntry& entry(Cause cause) { return kCauses[static_cast<std::size_t>(cause)]; }
constexpr Outcome outcome(Cause cause) { return entry(cause).outcome; }
constexpr std::string_view label(Cause cause) { return entry(cause).label; }
constexpr std::string_view sentence(Cause cause) { return entry(cause).sentence; }

constexpr std::string_view label(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAnswered: return "answered";
    case Outcome::kNoAnswer: return "no_answer";
    case Outcome::kUnusable: return "unusable";
    case Outcome::kNotTried: return "not_tried";
  }
  return "not_tried";
}

}  // namespace mxpulse
