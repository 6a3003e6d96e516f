// Everything a configuration file decides. Defaults are what an empty file gives.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mxpulse/address.hpp"
#include "mxpulse/address_range.hpp"
#include "mxpulse/domain_name.hpp"
#include "mxpulse/endpoint.hpp"
#include "mxpulse/hold.hpp"
#include "mxpulse/stream_address.hpp"
#include "mxpulse/time.hpp"
#include "mxpulse/webhook.hpp"

namespace mxpulse::config {

struct Dns {
  std::vector<Endpoint> servers;  // empty: the system's
  Duration timeout = std::chrono::seconds(2);
  unsigned tries = 2;
  std::size_t cache = 100'000;  // answers
  Duration serve_stale = std::chrono::hours(24);
};

struct Probe {
  std::uint16_t port = 25;
  DomainName helo;              // our name where EHLO is said, which a banner probe does not; empty: none given
  std::vector<Address> source;  // at most one a family
  Duration connect_timeout = std::chrono::seconds(30);
  Duration greeting_timeout = std::chrono::seconds(60);
  Duration interval = std::chrono::minutes(5);
  Duration interval_undecided = std::chrono::seconds(30);
  Duration interval_silent_max = std::chrono::minutes(10);
  std::size_t max_in_flight = 0;  // 0: what the descriptor limit allows
  Duration per_address = std::chrono::seconds(60);
  Duration per_network = std::chrono::seconds(1);
  Duration per_provider = std::chrono::milliseconds(200);
  std::vector<AddressRange> allow;
  std::vector<AddressRange> deny;
};

struct Watch {
  std::vector<DomainName> destinations;
  unsigned bounces = 3;
  Duration window = std::chrono::hours(1);
  Duration forget = std::chrono::hours(24);
  std::vector<DomainName> never_hold;
  std::vector<DomainName> never_probe;
};

enum class FeedType : std::uint8_t { kPostfix, kExim, kSendmail, kOpenSmtpd, kQmail, kNdjson, kMaildir, kJournal };

struct FeedTypeName {
  FeedType type;
  std::string_view label;
};

inline constexpr std::array kFeedTypes{
    FeedTypeName{FeedType::kPostfix, "postfix"},   FeedTypeName{FeedType::kExim, "exim"},
    FeedTypeName{FeedType::kSendmail, "sendmail"}, FeedTypeName{FeedType::kOpenSmtpd, "opensmtpd"},
    FeedTypeName{FeedType::kQmail, "qmail"},       FeedTypeName{FeedType::kNdjson, "ndjson"},
    FeedTypeName{FeedType::kMaildir, "maildir"},   FeedTypeName{FeedType::kJournal, "journal"}};

constexpr std::string_view label(FeedType type) { return kFeedTypes.at(static_cast<std::size_t>(type)).label; }

struct Feed {
  FeedType type = FeedType::kPostfix;
  std::string path = {};                      // of the log or the Maildir, or of a folder of journal files
  FeedType mta = FeedType::kPostfix;          // whose lines the journal has
  std::vector<std::string> units = {};        // of the journal
  std::vector<std::string> identifiers = {};  // and these, like "postfix/smtp"

  // What metrics and logs call it.
  std::string name() const { return path.empty() ? "journal:" + std::string(label(mta)) : path; }
  bool operator==(const Feed&) const = default;
};

struct Health {
  unsigned fall = 3;
  unsigned rise = 1;
};

struct GatePostfix {
  std::string table;  // "TYPE:PATH" of the lookup table; empty: none
  std::optional<StreamAddress> socketmap;
  std::string config_directory = "/etc/postfix";
  std::string transport = "mxhold";
};

struct GateExim {
  std::string hold_file;  // empty: none
  std::string program = "exim4";
};

struct GateWebhook {
  std::string url;
  WebhookPreset preset = WebhookPreset::kGeneric;
  std::string secret_file;  // whose first line signs what is told; empty: nothing is signed
  Duration timeout = std::chrono::seconds(10);
  std::size_t queue = 1000;  // moves that wait at most
  bool allow_http = false;   // beyond this machine
};

struct Gate {
  GateMode mode = GateMode::kObserve;
  std::vector<Duration> schedule{std::chrono::minutes(30), std::chrono::hours(1), std::chrono::hours(2), std::chrono::hours(4),
                                 std::chrono::hours(24)};
  Duration max_hold = std::chrono::hours(24);
  GatePostfix postfix;
  GateExim exim;
  std::vector<GateWebhook> webhooks;
};

inline std::vector<DomainName> default_controls() {
  return {*DomainName::parse("gmail.com"), *DomainName::parse("outlook.com"), *DomainName::parse("yahoo.com")};
}

struct Vantage {
  // Domains of large, unrelated providers, whose mail hosts hardly ever fail all at once; `check` asks them too.
  std::vector<DomainName> controls = default_controls();
  Duration interval = std::chrono::minutes(15);  // between two probes of a control that answers
  double panic_ratio = 0.5;
};

struct Store {
  std::string path;  // empty: nothing outlasts a restart
};

struct Http {
  Endpoint listen{{Family::kIPv4, {127, 0, 0, 1}}, 9425};
  std::string token_file;  // whose first line a client must show to post bounces; empty: nobody may
};

struct Metrics {
  std::size_t max_destinations = 5000;
};

enum class LogFormat : std::uint8_t { kLogfmt, kJson };
enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };

struct Log {
  LogFormat format = LogFormat::kLogfmt;
  LogLevel level = LogLevel::kInfo;
};

struct Config {
  Dns dns;
  Probe probe;
  Watch watch;
  std::vector<Feed> feeds;
  Health health;
  Vantage vantage;
  Gate gate;
  Store store;
  Http http;
  Metrics metrics;
  Log log;
};

}  // namespace mxpulse::config
