// OpenSMTPD's "mta" lines. The line of a delivery names the destination, the line of a session says what happened to a host, and
// nothing names both: what a failed delivery rests on is joined by the routes that were disabled when it failed.
#include <algorithm>
#include <map>
#include <string>

#include "bounce/json_line.hpp"
#include "bounce/log_parser.hpp"
#include "bounce/syslog_stamp.hpp"
#include "bounce/words.hpp"

namespace mxpulse::bounce {
namespace {

constexpr std::size_t kLineLookedAt = 8192;
constexpr std::size_t kRemembered = 10'000;  // of sessions, of disabled routes, of relays
constexpr std::size_t kHostMax = 255;
constexpr std::size_t kIdLength = 16;
constexpr std::string_view kNoSession = "0000000000000000";

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool skip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool is_id(std::string_view word) {
  return word.size() == kIdLength &&
         std::all_of(word.begin(), word.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// What follows "smtpd[123]: ", or the whole line where there is no tag. Never deeper: a client's words are logged too.
std::string_view without_tag(std::string_view line) {
  if (line.starts_with("smtp-out: ") || line.starts_with("relay: ") ||
      (line.size() > kIdLength && is_id(line.substr(0, kIdLength))))
    return line;
  for (const std::string_view tag_end : {"]: ", "smtpd: "}) {
    const auto at = line.find(tag_end);
    if (at != std::string_view::npos) return line.substr(at + tag_end.size());
  }
  return {};
}

// Takes "NAME=<user@example.org>" from the front; a quoted local part may hold anything.
std::optional<std::string_view> take_mailbox(std::string_view& text, std::string_view name) {
  if (!skip(text, name) || !skip(text, "=<")) return std::nullopt;
  const auto end = find_unquoted(text, '>');
  if (end == std::string_view::npos) return std::nullopt;
  const auto mailbox = text.substr(0, end);
  text.remove_prefix(end + 1);
  skip(text, " ");
  return mailbox;
}

// Takes "NAME=\"value\"" from the front.
std::optional<std::string_view> take_quoted(std::string_view& text, std::string_view name) {
  if (!skip(text, name) || !skip(text, "=\"")) return std::nullopt;
  const auto end = text.find('"');
  if (end == std::string_view::npos) return std::nullopt;
  const auto value = text.substr(0, end);
  text.remove_prefix(end + 1);
  skip(text, " ");
  return value;
}

// Takes "NAME=value" up to the blank.
std::string_view take_word(std::string_view& text, std::string_view name) {
  if (!skip(text, name) || !skip(text, "=")) return {};
  const auto value = text.substr(0, text.find(' '));
  text.remove_prefix(value.size());
  skip(text, " ");
  return value;
}

// Takes "NAME=value" up to `end` and it, if it is there.
std::string_view take_until(std::string_view& text, std::string_view name, std::string_view end) {
  const auto at = text.find(end);
  if (!text.starts_with(name) || !text.substr(name.size()).starts_with('=') || at == std::string_view::npos) return {};
  const auto value = text.substr(name.size() + 1, at - name.size() - 1);
  text.remove_prefix(at + end.size());
  return value;
}

// "192.0.2.1", "[2001:db8::1]" or "[IPv6:2001:db8::1]", with ":25" or not.
std::optional<Address> read_address(std::string_view text) {
  if (skip(text, "[")) {
    skip(text, "IPv6:");
    return Address::parse(text.substr(0, text.find(']')));
  }
  if (const auto address = Address::parse(text)) return address;
  return Address::parse(text.substr(0, text.rfind(':')));
}

// What ended a session, or what a disabled route failed of.
struct Failure {
  std::string host;
  std::optional<Address> address;
  std::string text;
  Meaning meaning{BounceClass::kNoAnswer, {}};
  std::optional<int> reply_code;
};

// "450 4.2.0 greylisted" or "BANNER rejected: 421 4.7.0 Try again later": a remote host's words.
std::string_view find_reply(std::string_view text) {
  if (reply_code_at_start(text)) return text;
  constexpr std::string_view kRejected = " rejected: ";
  const auto at = text.find(kRejected);
  const auto reply = at == std::string_view::npos ? std::string_view{} : text.substr(at + kRejected.size());
  return reply_code_at_start(reply) ? reply : std::string_view{};
}

// Of a session that never took a message: whatever ended it without a reply, the host did not answer.
void read_error(std::string_view reason, Failure& failure) {
  failure.text = bounded_text(reason);
  failure.reply_code = reply_code_at_start(find_reply(reason));
  if (failure.reply_code) {
    failure.meaning = read_reply(*failure.reply_code);
  } else {
    failure.meaning = read_local_words(reason).value_or(Meaning{});
  }
}

bool is_within(std::string_view host, std::string_view domain) {
  return host == domain ||
         (host.size() > domain.size() && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.');
}

class OpensmtpdParser : public LogParser {
 public:
  void take(std::string_view line, SystemTime now, const TellEvent& tell) override {
    line = line.substr(0, kLineLookedAt);
    auto text = without_tag(line);
    if (skip(text, "smtp-out: ")) return take_smtp_out(text);
    if (skip(text, "relay: ")) return take_relay(text, read_syslog_stamp(line, now), tell);
    const auto session = text.substr(0, kIdLength);
    if (!is_id(session)) return;
    text.remove_prefix(kIdLength);
    if (!skip(text, " mta ")) return;
    skip(text, "event=");  // up to 6.3
    if (skip(text, "connecting ")) return remember_session(session, text);
    if (skip(text, "error reason=")) return remember_error(session, text);
    if (text.starts_with("disconnected")) sessions_.erase(std::string(session));
    if (skip(text, "delivery ")) take_delivery(session, text, read_syslog_stamp(line, now), tell);
  }

 private:
  template <typename Value>
  static Value& remember(std::map<std::string, Value>& values, const std::string& key) {
    // Session ids rise, so that the first is the oldest; of the rest none is worth more than another.
    if (!values.contains(key) && values.size() >= kRemembered) values.erase(values.begin());
    return values[key];
  }

  // Up to 5.9 a session's lines stand here too: "Connecting to smtp://192.0.2.1:25 (mx.example.org) on session 1f850bc4...",
  // "Error on session 1f850bc4...: Connection timeout".
  void take_smtp_out(std::string_view text) {
    if (skip(text, "Connecting to ")) {
      const auto url = text.substr(0, text.find(' '));
      text.remove_prefix(url.size());
      if (!skip(text, " (")) return;
      const auto host = text.substr(0, text.find(')'));
      text.remove_prefix(host.size());
      if (skip(text, ") on session ")) open_session(text.substr(0, kIdLength), url, host);
    } else if (skip(text, "Error on session ")) {
      const auto session = text.substr(0, kIdLength);
      text.remove_prefix(session.size());
      if (skip(text, ": ")) remember_error(session, text);
    } else {
      take_route(text);
    }
  }

  // "address=smtp://192.0.2.1:25 host=mx.example.org"
  void remember_session(std::string_view session, std::string_view text) {
    const auto url = take_word(text, "address");
    open_session(session, url, take_word(text, "host"));
  }

  void open_session(std::string_view session, std::string_view url, std::string_view host) {
    const auto at = url.find("://");
    auto& one = remember(sessions_, std::string(session));
    one.address = at == std::string_view::npos ? std::nullopt : read_address(url.substr(at + 3));
    one.host = host.substr(0, kHostMax);
  }

  void remember_error(std::string_view session, std::string_view reason) {
    const auto found = sessions_.find(std::string(session));
    if (found == sessions_.end()) return;
    read_error(reason, found->second);
    if (found->second.address) remember(errors_, found->second.address->text()) = found->second;
    sessions_.erase(found);
  }

  // "Disabling route [] <-> 192.0.2.1 (mx.example.org) for 15s", "Enabling route ...", and
  // "No valid route for [connector:[]->[relay:example.org,smtp],0x0]".
  void take_route(std::string_view text) {
    const bool disabled = text.starts_with("Disabling route ");
    if (disabled || text.starts_with("Enabling route ")) {
      constexpr std::string_view kArrow = " <-> ";
      const auto at = text.find(kArrow);
      if (at == std::string_view::npos) return;
      const auto end = text.substr(at + kArrow.size());
      const auto address = read_address(end.substr(0, end.find(' ')));
      if (!address) return;
      const auto error = errors_.find(address->text());
      if (!disabled) {
        disabled_.erase(address->text());
      } else {
        remember(disabled_, address->text()) = error == errors_.end() ? Failure{} : error->second;
      }
      if (error != errors_.end()) errors_.erase(error);
      return;
    }
    constexpr std::string_view kRelay = "[relay:";
    const auto at = text.find(kRelay);
    if (!text.starts_with("No valid route for ") || at == std::string_view::npos) return;
    const auto rest = text.substr(at + kRelay.size());
    const std::string relay(rest.substr(0, std::min(rest.find_first_of(",]"), kHostMax)));
    remember(relays_, relay) = failure_of(relay);
  }

  // Every host of the relay is behind a disabled route. If those failed alike, so did the relay's; if they did not, nothing tells
  // which are its own, unless a host is named after the domain.
  Failure failure_of(std::string_view relay) const {
    const bool named =
        std::any_of(disabled_.begin(), disabled_.end(), [&](const auto& route) { return is_within(route.second.host, relay); });
    std::optional<Failure> common;
    for (const auto& [address, failure] : disabled_) {
      if (named && !is_within(failure.host, relay)) continue;
      if (!common) {
        common = failure;
        continue;
      }
      if (common->meaning.bounce_class != failure.meaning.bounce_class) return {};
      if (common->meaning.cause != failure.meaning.cause) common->meaning.cause = std::nullopt;
      if (common->reply_code != failure.reply_code) common->reply_code = std::nullopt;
      common->host.clear();
      common->address = std::nullopt;
      common->text.clear();
    }
    return common.value_or(Failure{});
  }

  void take_delivery(std::string_view session, std::string_view text, std::optional<SystemTime> time, const TellEvent& tell) {
    BounceEvent event;
    event.time = time;
    event.queue_id = take_word(text, "evpid").substr(0, kIdLength);
    if (!take_mailbox(text, "from")) return;
    const auto to = take_mailbox(text, "to");
    const auto destination = to ? domain_of_recipient(*to) : std::nullopt;
    if (!destination || !take_mailbox(text, "rcpt") || !take_quoted(text, "source")) return;
    event.destination = *destination;
    const auto relay = take_quoted(text, "relay");
    take_word(text, "delay");
    const auto result = take_quoted(text, "result");
    if (!relay || !result || !skip(text, "stat=\"")) return;
    if (text.ends_with('"')) text.remove_suffix(1);
    finish(event, *relay, session, *result, text, tell);
  }

  void finish(BounceEvent& event, std::string_view relay, std::string_view session, std::string_view result,
              std::string_view stat, const TellEvent& tell) {
    event.text = bounded_text(stat);
    read_relay(relay, session, event);
    read_outcome(relay, session, result, stat, event);
    if (is_own_hop(event.address)) {
      event.bounce_class = BounceClass::kOther;
      event.cause = std::nullopt;
    }
    tell(event);
  }

  // Up to 5.9: "TempFail for 83d5f8b6c3d2a71e: session=..., from=<...>, to=<...>, rcpt=<...>, source=..., relay=..., delay=4s,
  // stat=..."; some fields are left out, and before "delay=" a comma may be missing.
  void take_relay(std::string_view text, std::optional<SystemTime> time, const TellEvent& tell) {
    const auto result = text.substr(0, text.find(' '));
    text.remove_prefix(result.size());
    if (!skip(text, " for ")) return;
    BounceEvent event;
    event.time = time;
    event.queue_id = text.substr(0, std::min(text.find(':'), kIdLength));
    text.remove_prefix(event.queue_id.size());
    if (!skip(text, ": ")) return;
    const auto session = take_until(text, "session", ", ");
    if (!take_mailbox(text, "from") || !skip(text, ", ")) return;
    const auto to = take_mailbox(text, "to");
    const auto destination = to ? domain_of_recipient(*to) : std::nullopt;
    if (!destination || !skip(text, ", ")) return;
    event.destination = *destination;
    if (take_mailbox(text, "rcpt")) skip(text, ", ");
    take_until(text, "source", ", ");
    auto relay = take_until(text, "relay", "delay=");
    while (relay.ends_with(' ') || relay.ends_with(',')) relay.remove_suffix(1);
    const auto stat = text.find(", stat=");
    if (stat == std::string_view::npos) return;
    finish(event, relay, session, result, text.substr(stat + std::string_view(", stat=").size()), tell);
  }

  // "192.0.2.1 (mx.example.org)" of a session; the bare domain where there was none.
  void read_relay(std::string_view relay, std::string_view session, BounceEvent& event) const {
    const auto found = sessions_.find(std::string(session));
    if (found != sessions_.end()) {
      event.host = found->second.host;
      event.address = found->second.address;
    }
    const auto open = relay.find(" (");
    if (open == std::string_view::npos) return;
    if (const auto address = read_address(relay.substr(0, open))) event.address = address;
    auto name = relay.substr(open + 2);
    if (name.ends_with(')')) name.remove_suffix(1);
    event.host = name.substr(0, kHostMax);
  }

  void read_outcome(std::string_view relay, std::string_view session, std::string_view result, std::string_view stat,
                    BounceEvent& event) {
    const auto decide = [&](const Meaning& meaning) {
      event.bounce_class = meaning.bounce_class;
      event.cause = meaning.cause;
    };
    const auto reply = find_reply(stat);
    event.reply_code = reply_code_at_start(reply);
    if (event.reply_code || result == "Ok") {
      event.said_by = SaidBy::kRemote;
      event.enhanced_code = find_enhanced_code(reply);
      decide(result == "Ok" ? Meaning{BounceClass::kDelivered, {}} : read_reply(*event.reply_code));
      return;
    }
    const auto meaning = read_local_words(stat).value_or(Meaning{});
    // A session takes a message only after the handshake: when it breaks then, the host lives.
    const bool no_session = session.empty() || session == kNoSession || contains(stat, "on destination MXs");
    if (!no_session) return decide(meaning.bounce_class == BounceClass::kNoAnswer ? Meaning{} : meaning);
    decide(meaning);
    if (!contains(stat, "Network error on destination MXs")) return;
    const auto found = relays_.find(std::string(relay.substr(0, kHostMax)));
    if (found != relays_.end()) apply(found->second, event);
  }

  static void apply(const Failure& failure, BounceEvent& event) {
    event.bounce_class = failure.meaning.bounce_class;
    event.cause = failure.meaning.cause;
    event.host = failure.host;
    event.address = failure.address;
    event.reply_code = failure.reply_code;
    const bool remote =
        failure.meaning.bounce_class == BounceClass::kBusy || failure.meaning.bounce_class == BounceClass::kRejected;
    if (remote) {
      event.said_by = SaidBy::kRemote;
      event.enhanced_code = find_enhanced_code(find_reply(failure.text));
    }
    if (!failure.text.empty()) event.text = failure.text;
  }

  std::map<std::string, Failure> sessions_;  // open, by id
  std::map<std::string, Failure> errors_;    // that ended a session and disabled no route yet, by address
  std::map<std::string, Failure> disabled_;  // routes, by address
  std::map<std::string, Failure> relays_;    // by domain: what the routes said when none was left
};

}  // namespace

std::unique_ptr<LogParser> make_opensmtpd_parser() { return with_json_lines(std::make_unique<OpensmtpdParser>()); }

}  // namespace mxpulse::bounce
