// Sendmail's "to=" lines: one attempt each, for one recipient or several.
//
// The fields stand in a fixed order with the remote host's words in the last two (reply=, stat=): what is read before them is
// Sendmail's own.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include "bounce/json_line.hpp"
#include "bounce/log_parser.hpp"
#include "bounce/syslog_line.hpp"
#include "bounce/syslog_stamp.hpp"
#include "bounce/words.hpp"

namespace mxpulse::bounce {
namespace {

constexpr std::size_t kLineLookedAt = 8192;
constexpr std::size_t kRemembered = 10'000;  // messages with a timeout, hosts that failed
constexpr std::size_t kHostMax = 255;

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::string_view without_final_dot(std::string_view name) { return name.ends_with('.') ? name.substr(0, name.size() - 1) : name; }

// Where `end` stands outside of quotes and brackets. Quotes that never close quote nothing: then the first one counts.
std::size_t find_outside(std::string_view text, std::string_view end) {
  bool quoted = false;
  bool bracketed = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted && c == '\\') {
      ++at;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '<' || c == '>')) {
      bracketed = c == '<';
    } else if (!quoted && !bracketed && text.substr(at).starts_with(end)) {
      return at;
    }
  }
  return quoted || bracketed ? text.find(end) : std::string_view::npos;
}

struct Record {
  std::string_view before;  // stamp, host and tag
  std::string_view queue_id;
  std::string_view text;
};

bool is_record(std::string_view text) { return text.starts_with("to=") || text.starts_with("timeout waiting for input from "); }

std::string_view last_word(std::string_view text) { return text.substr(text.rfind(' ') + 1); }

// "Nov 23 20:38:39 mail sm-mta[238]: 6ANKcdhA000236: to=...": the id stands behind the tag, or at the beginning where a site logs
// no tag; never deeper, where others' words are.
std::optional<Record> split(std::string_view line) {
  const auto entry = split_syslog_line(line);
  if (!entry) return std::nullopt;
  Record record{entry->before, entry->program, entry->message};
  if (!is_record(record.text)) {
    const auto end = record.text.find(": ");
    if (end == std::string_view::npos) return std::nullopt;
    record.queue_id = last_word(record.text.substr(0, end));
    record.text.remove_prefix(end + 2);
  }
  const auto& id = record.queue_id;
  const bool well_formed = id.size() >= 5 && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
                             return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
                           });
  return well_formed && is_record(record.text) ? std::optional(record) : std::nullopt;
}

struct Fields {
  std::string_view recipients;
  std::string_view mailer;
  std::string_view attempt;  // how long it took, "00:00:03"; empty where it is not logged
  std::string_view dsn;
  std::string_view reply;
  std::string_view stat;
  std::string host;
  std::optional<Address> address;
};

// "mx.example.org. [192.0.2.1]"; without the address Sendmail connected to nothing.
void read_relay(std::string_view relay, Fields& fields) {
  fields.host = without_final_dot(relay.substr(0, relay.find(' '))).substr(0, kHostMax);
  const auto open = relay.rfind('[');
  const auto close = relay.rfind(']');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return;
  auto address = relay.substr(open + 1, close - open - 1);
  constexpr std::string_view kIPv6Tag = "IPv6:";
  if (address.starts_with(kIPv6Tag)) address.remove_prefix(kIPv6Tag.size());
  fields.address = Address::parse(address);
}

Fields read_fields(std::string_view text) {
  constexpr std::string_view kStat = "stat=";
  Fields fields;
  for (bool first = true; !text.empty(); first = false) {
    if (!first && text.starts_with(kStat)) {
      fields.stat = text.substr(kStat.size());
      return fields;
    }
    if (!first && text.starts_with("reply=")) {
      const auto stat = text.rfind(", stat=");
      fields.reply = text.substr(6, stat == std::string_view::npos ? stat : stat - 6);
      if (stat != std::string_view::npos) fields.stat = text.substr(stat + 2 + kStat.size());
      return fields;
    }
    const auto end = std::min(find_outside(text, ", "), text.size());
    const auto field = text.substr(0, end);
    const auto equals = field.find('=');
    const auto value = equals == std::string_view::npos ? std::string_view{} : field.substr(equals + 1);
    if (first)
      fields.recipients = value;
    else if (field.starts_with("mailer="))
      fields.mailer = value;
    else if (field.starts_with("xdelay="))
      fields.attempt = value;
    else if (field.starts_with("dsn="))
      fields.dsn = value;
    else if (field.starts_with("relay="))
      read_relay(value, fields);
    text = end + 2 <= text.size() ? text.substr(end + 2) : std::string_view{};
  }
  return fields;
}

// Mailers that hand the message to a program or a file of this machine.
bool is_local_mailer(std::string_view mailer) {
  constexpr std::array<std::string_view, 9> kLocal{"local", "prog", "cyrus", "cyrusv2", "procmail",
                                                   "lmtp",  "uucp", "error", "discard"};
  return mailer.starts_with('*') || std::find(kLocal.begin(), kLocal.end(), mailer) != kLocal.end();
}

std::string_view without_deferred(std::string_view stat) {
  constexpr std::string_view kDeferred = "Deferred: ";
  return stat.starts_with(kDeferred) ? stat.substr(kDeferred.size()) : stat;
}

// Codes that Sendmail writes itself: 403 ("403 4.7.0 TLS handshake failed."), which no server says, and the one of a reply that
// could not be read.
std::optional<int> remote_code(std::string_view text) {
  const auto code = reply_code_at_start(text);
  const bool own = code == 403 || contains(text.substr(0, 32), "reply: read error");
  return code && *code >= 400 && !own ? code : std::nullopt;
}

// "Host unknown (Name server: mx.example.net.: host not found)" of another name than the destination's: its MX has no address.
bool names_another_host(std::string_view stat, const DomainName& destination) {
  constexpr std::string_view kNameServer = "Name server: ";
  const auto at = stat.find(kNameServer);
  if (at == std::string_view::npos) return false;
  const auto rest = stat.substr(at + kNameServer.size());
  const auto name = DomainName::parse(without_final_dot(rest.substr(0, rest.find(": "))));
  return name && *name != destination;
}

std::set<DomainName> destinations_of(std::string_view recipients) {
  std::set<DomainName> destinations;
  while (!recipients.empty()) {
    const auto end = std::min(find_outside(recipients, ","), recipients.size());
    if (const auto name = domain_of_recipient(recipients.substr(0, end))) destinations.insert(*name);
    recipients = recipients.substr(std::min(end + 1, recipients.size()));
  }
  return destinations;
}

class SendmailParser : public LogParser {
 public:
  void take(std::string_view line, SystemTime now, const TellEvent& tell) override {
    const auto record = split(line.substr(0, kLineLookedAt));
    if (!record) return;
    if (!record->text.starts_with("to=")) return remember_timeout(*record);
    const auto fields = read_fields(record->text);
    if (fields.stat.empty() && fields.reply.empty()) return;

    BounceEvent event;
    event.time = read_syslog_stamp(record->before, now);
    event.queue_id = record->queue_id;
    event.host = fields.host;
    event.address = fields.address;
    event.enhanced_code = find_enhanced_code(fields.dsn);
    for (const auto& destination : destinations_of(fields.recipients)) {
      event.destination = destination;
      read_outcome(fields, event);
      tell(event);
    }
    remember_host(fields, event);
  }

 private:
  // The words of a timed-out greeting and of a timed-out connection are the same; this line before them tells them apart.
  void remember_timeout(const Record& record) {
    constexpr std::string_view kDuring = " during client ";
    const auto at = record.text.rfind(kDuring);
    if (at == std::string_view::npos) return;
    const auto phase = record.text.substr(at + kDuring.size());
    const bool greeting = phase.starts_with("greeting") || phase.starts_with("EHLO") || phase.starts_with("HELO");
    const std::string id(record.queue_id);
    // Queue ids begin with the time of arrival: the first one is the oldest.
    if (!timed_out_greeting_.contains(id) && timed_out_greeting_.size() >= kRemembered)
      timed_out_greeting_.erase(timed_out_greeting_.begin());
    timed_out_greeting_[id] = greeting;
  }

  void remember_host(const Fields& fields, const BounceEvent& event) {
    timed_out_greeting_.erase(event.queue_id);
    if (!fields.address) return;
    if (event.bounce_class != BounceClass::kNoAnswer && !is_own_hop(fields.address)) {
      failed_hosts_.erase(fields.host);
      return;
    }
    if (failed_hosts_.size() >= kRemembered) failed_hosts_.clear();
    failed_hosts_.insert(fields.host);
  }

  void read_outcome(const Fields& fields, BounceEvent& event) const {
    const auto decide = [&](SaidBy said_by, std::string_view text, const Meaning& meaning) {
      event.said_by = said_by;
      event.text = bounded_text(text);
      event.bounce_class = meaning.bounce_class;
      event.cause = meaning.cause;
    };
    const auto words = without_deferred(fields.stat);
    const auto said = remote_code(fields.reply) ? fields.reply : words;
    event.reply_code = remote_code(said);
    if (is_local_mailer(fields.mailer)) {
      const bool delivered = fields.mailer == "local" && fields.stat.starts_with("Sent");
      decide(SaidBy::kLocal, fields.stat, {delivered ? BounceClass::kDelivered : BounceClass::kOther, {}});
    } else if (is_own_hop(fields.address)) {
      decide(event.reply_code ? SaidBy::kRemote : SaidBy::kLocal, event.reply_code ? said : fields.stat, {});
    } else if (event.reply_code) {
      decide(SaidBy::kRemote, said, read_reply(*event.reply_code));
    } else if (fields.stat.starts_with("Sent")) {
      event.reply_code = reply_code_at_start(fields.reply);
      decide(SaidBy::kRemote, fields.stat, {BounceClass::kDelivered, {}});
    } else if (fields.address && fields.dsn.starts_with('5') && !fields.dsn.starts_with("5.4.") &&
               !contains(words, "mailer error")) {
      // Before 8.17 the reply is not logged, only what Sendmail makes of it: "User unknown", "Service unavailable".
      decide(SaidBy::kRemote, fields.stat, {BounceClass::kRejected, Cause::kRejecting});
    } else {
      decide(SaidBy::kLocal, fields.stat, read_local(fields, words, event));
    }
  }

  Meaning read_local(const Fields& fields, std::string_view words, const BounceEvent& event) const {
    constexpr Meaning kSuspended{BounceClass::kSuspended, {}};
    constexpr Meaning kDnsTemporary{BounceClass::kDnsTemporary, Cause::kDnsTemporary};
    if (words.starts_with("queued")) return fields.dsn == "4.4.3" ? kDnsTemporary : kSuspended;
    auto meaning = read_local_words(words);
    if (!meaning && fields.dsn == "5.1.10") return {BounceClass::kDnsPermanent, Cause::kNullMx};
    if (!meaning && fields.dsn == "4.4.3") return kDnsTemporary;
    if (!meaning && fields.dsn == "4.4.1") return {BounceClass::kNoAnswer, {}};  // RFC 3463 3.5 is all that it says
    if (!meaning) return {};
    if (meaning->bounce_class == BounceClass::kDnsPermanent) {
      const bool no_address = contains(words, "no data known") || names_another_host(words, event.destination);
      if (no_address) meaning->cause = Cause::kNoAddress;
    }
    if (meaning->bounce_class != BounceClass::kNoAnswer) return *meaning;
    if (!fields.address) return is_remembered_status(fields, words) ? kSuspended : *meaning;
    return contains(words, "timed out") ? read_timeout(fields, event.queue_id) : *meaning;
  }

  // Without an address the words may be those of an earlier attempt, kept by HostStatusDirectory or the queue run: of a host
  // that failed before, or of a timeout that took no time.
  bool is_remembered_status(const Fields& fields, std::string_view words) const {
    return failed_hosts_.contains(fields.host) || (contains(words, "timed out") && fields.attempt == "00:00:00");
  }

  Meaning read_timeout(const Fields& fields, const std::string& queue_id) const {
    const auto phase = timed_out_greeting_.find(queue_id);
    if (phase != timed_out_greeting_.end() && !phase->second) return {};  // a later command: the host lives
    const bool silent = phase != timed_out_greeting_.end() || fields.dsn == "4.4.2";
    return {BounceClass::kNoAnswer, silent ? Cause::kSilent : Cause::kTimeout};
  }

  std::map<std::string, bool> timed_out_greeting_;  // by queue id; false: timed out after the greeting
  std::set<std::string> failed_hosts_;              // no answer at an address, until they answer
};

}  // namespace

std::unique_ptr<LogParser> make_sendmail_parser() { return with_json_lines(std::make_unique<SendmailParser>()); }

}  // namespace mxpulse::bounce
