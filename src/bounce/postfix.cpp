#include "bounce/postfix.hpp"

#include <algorithm>
#include <array>

#include "bounce/json_line.hpp"
#include "bounce/log_parser.hpp"
#include "bounce/syslog_line.hpp"
#include "bounce/syslog_stamp.hpp"
#include "bounce/words.hpp"

namespace mxpulse::bounce {
namespace {

constexpr std::size_t kLineLookedAt = 8192;  // Postfix cuts its lines far below
constexpr std::size_t kQueueIdMax = 64;
constexpr std::size_t kHostMax = 255;
constexpr const char* kLoginFailed = "SASL authentication failed; server ";

// A delivery line, taken apart from left to right: what clients and hosts chose stands in brackets or last.
struct Delivery {
  std::string_view queue_id;
  std::string_view recipient;
  std::string_view fields;  // "relay=..., delay=..., dsn=..."
  std::string_view status;  // "sent", "deferred", "bounced", "expired", ...
  std::string_view text;
};

bool skip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// "4F1A2B3C4D", long ones "4VqLzt3Jd1z9rxL", and "NOQUEUE".
bool is_queue_id(std::string_view word) {
  return !word.empty() && word.size() <= kQueueIdMax && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
}

// Takes "user@example.org>, " from the front. A quoted local part may hold anything; quotes that never close quote nothing.
std::optional<std::string_view> take_mailbox(std::string_view& text) {
  constexpr std::string_view kEnd = ">, ";
  auto end = find_unquoted(text, '>');
  if (end == std::string_view::npos || !text.substr(end).starts_with(kEnd)) end = text.find(kEnd);
  if (end == std::string_view::npos) return std::nullopt;
  const auto mailbox = text.substr(0, end);
  text.remove_prefix(end + kEnd.size());
  return mailbox;
}

// "ID: to=<user@example.org>, orig_to=<...>, relay=..., dsn=4.4.1, status=deferred (connect to ...)"
std::optional<Delivery> split(std::string_view message) {
  constexpr std::string_view kStatus = ", status=";
  Delivery delivery;
  delivery.queue_id = message.substr(0, message.find(": "));
  message.remove_prefix(delivery.queue_id.size());
  if (!is_queue_id(delivery.queue_id) || !skip(message, ": to=<")) return std::nullopt;
  const auto recipient = take_mailbox(message);
  if (!recipient || (skip(message, "orig_to=<") && !take_mailbox(message))) return std::nullopt;
  delivery.recipient = *recipient;
  const auto status_at = message.find(kStatus);
  if (status_at == std::string_view::npos) return std::nullopt;
  delivery.fields = message.substr(0, status_at);
  const auto status = message.substr(status_at + kStatus.size());
  delivery.status = status.substr(0, status.find(' '));
  delivery.text = status.substr(delivery.status.size());
  if (!skip(delivery.text, " (")) return std::nullopt;
  while (delivery.text.ends_with(' ')) delivery.text.remove_suffix(1);
  if (delivery.text.ends_with(')')) delivery.text.remove_suffix(1);
  return delivery;
}

// Before 3.5 an address is not quoted: one that holds the fields of a line would be read as them. A remote host's words may hold
// them too, but harm only itself.
bool may_be_forged(const Delivery& delivery) {
  auto text = delivery.text;
  skip(text, "delivery temporarily suspended: ");
  const bool is_remote = delivery.status == "sent" || text.starts_with("host ");
  return !is_remote && (text.find(">, relay=") != std::string_view::npos || text.find(">, orig_to=") != std::string_view::npos);
}

// The value of "NAME=" up to the ", " that ends it.
std::string_view field(std::string_view fields, std::string_view name) {
  for (auto rest = fields; !rest.empty();) {
    const auto one = rest.substr(0, rest.find(", "));
    if (one.starts_with(name)) return one.substr(name.size());
    rest.remove_prefix(std::min(one.size() + 2, rest.size()));
  }
  return {};
}

// "mx.example.org[192.0.2.1]:25" -> host and address.
void read_host(std::string_view text, BounceEvent& event) {
  const auto open = text.find('[');
  const auto close = text.find(']', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos) return;
  event.host = text.substr(0, std::min(open, kHostMax));
  event.address = Address::parse(text.substr(open + 1, close - open - 1));
}

// "host H[IP] said: 450 4.2.0 later (in reply to RCPT TO command)"; before 2.3 "connect to H[IP]: server refused to talk to me:
// 421 busy": whatever words a remote host says, its code decides.
bool read_reply_of_host(std::string_view text, BounceEvent& event) {
  if (!text.starts_with("host ") && !text.starts_with("connect to ") && !text.starts_with(kLoginFailed)) return false;
  constexpr std::string_view kSaid = " said: ";
  constexpr std::string_view kRefused = " refused to talk to me: ";
  // The first of the two: what follows it is the host's, and may hold the other.
  const auto said = text.find(kSaid);
  const auto refused = text.find(kRefused);
  if (said == std::string_view::npos && refused == std::string_view::npos) return false;
  const bool greeting = refused < said;
  const auto reply = text.substr(greeting ? refused + kRefused.size() : said + kSaid.size());
  event.said_by = SaidBy::kRemote;
  event.reply_code = reply_code_at_start(reply);
  const int code = event.reply_code.value_or(event.enhanced_code.starts_with('5') ? 500 : 400);
  const Meaning meaning = read_reply(code);
  event.bounce_class = meaning.bounce_class;
  event.cause = meaning.cause;
  return true;
}

// "connect to H[IP]:25: ...", "lost connection with H[IP] while ...", "host H[IP] said: ..."
void read_host_of_words(std::string_view text, BounceEvent& event) {
  for (const std::string_view before : {"connect to ", "lost connection with ", "conversation with ", "host ", kLoginFailed}) {
    if (skip(text, before)) return read_host(text, event);
  }
}

// "Name service error for name=mx.example.org type=A: ...", "unable to look up host mx.example.org: ...": the name that failed
// tells whether it is a relay's.
void read_name_looked_up(std::string_view text, BounceEvent& event) {
  for (const std::string_view before : {"Name service error for name=", "unable to look up host "}) {
    const auto at = text.find(before);
    if (at == std::string_view::npos) continue;
    const auto rest = text.substr(at + before.size());
    const auto name = rest.substr(0, rest.find_first_of(" :"));
    const auto parsed = DomainName::parse(name);
    if (parsed && *parsed != event.destination) event.host = name.substr(0, kHostMax);
  }
}

// The system's own refusal to send, in words that Postfix puts behind "connect to".
bool is_own_refusal(std::string_view text) {
  constexpr const char* kErrors[] = {"Permission denied",
                                     "Operation not permitted",
                                     "Cannot assign requested address",
                                     "Can't assign requested address",
                                     "Too many open files",
                                     "Too many open files in system",
                                     "No buffer space available",
                                     "Cannot allocate memory",
                                     "Address family not supported by protocol",
                                     "Invalid argument",
                                     "Network is down"};
  return std::any_of(std::begin(kErrors), std::end(kErrors), [&](std::string_view error) { return text.ends_with(error); });
}

// A name may hold any of the words.
std::string without_names(std::string_view text, const BounceEvent& event) {
  std::string words(text);
  for (const std::string_view name : {std::string_view(event.host), std::string_view(event.destination.text())}) {
    if (name.find('.') == std::string_view::npos) continue;
    for (auto at = words.find(name); at != std::string::npos; at = words.find(name, at)) words.erase(at, name.size());
  }
  return words;
}

void read_own_words(std::string_view text, BounceEvent& event) {
  const bool connecting = text.starts_with("connect to ");
  if (connecting && is_own_refusal(text)) return;
  read_name_looked_up(text, event);
  if (const auto meaning = read_local_words(without_names(text, event))) {
    event.bounce_class = meaning->bounce_class;
    event.cause = meaning->cause;
    // The name of a host does not exist, the destination does.
    if (event.cause == Cause::kNoSuchDomain && !event.host.empty()) event.cause = Cause::kNoAddress;
  } else if (event.enhanced_code == "4.4.1" || connecting) {
    event.bounce_class = BounceClass::kNoAnswer;
  } else if (event.enhanced_code == "4.4.3") {
    event.bounce_class = BounceClass::kDnsTemporary;
    event.cause = Cause::kDnsTemporary;
  }
}

void classify(std::string_view text, BounceEvent& event) {
  const bool suspended = skip(text, "delivery temporarily suspended: ");
  read_host_of_words(text, event);
  if (!read_reply_of_host(text, event)) read_own_words(text, event);
  // Put off without an attempt: the cause is the one of before, the event is none.
  if (suspended) event.bounce_class = BounceClass::kSuspended;
}

// smtp(8); error(8) and its like for mail that was put off, before 2.3 qmgr(8).
bool speaks_of_hosts(std::string_view program) {
  return program == "smtp" || program == "error" || program == "retry" || program == "qmgr";
}

// A mailbox of this machine, a program, a socket: whatever failed there, it was no host of the destination. A program or an
// LMTP server may be a content filter: mail that it took is not delivered yet.
bool hands_over_here(std::string_view program) {
  return program == "local" || program == "virtual" || program == "pipe" || program == "lmtp";
}

void read_hand_over(std::string_view program, const Delivery& delivery, BounceEvent& event) {
  const bool is_mailbox = program == "local" || program == "virtual";
  if (delivery.status == "sent") {
    if (is_mailbox) event.bounce_class = BounceClass::kDelivered;
  } else {
    read_reply_of_host(delivery.text, event);
  }
}

}  // namespace

std::optional<BounceEvent> parse_postfix(std::string_view line, SystemTime now) {
  const auto entry = split_syslog_line(line.substr(0, kLineLookedAt));
  if (!entry) return std::nullopt;
  const auto slash = entry->program.rfind('/');  // "postfix-out/smtp", "postfix/relay/smtp": a site names its instances
  const auto program = slash == std::string_view::npos ? std::string_view{} : entry->program.substr(slash + 1);
  if (!speaks_of_hosts(program) && !hands_over_here(program)) return std::nullopt;
  const auto delivery = split(entry->message);
  const auto destination = delivery ? domain_of_recipient(delivery->recipient) : std::nullopt;
  if (!destination || may_be_forged(*delivery)) return std::nullopt;

  BounceEvent event;
  event.time = read_syslog_stamp(entry->before, now);
  event.queue_id = delivery->queue_id;
  event.destination = *destination;
  event.enhanced_code = find_enhanced_code(field(delivery->fields, "dsn="));
  event.text = bounded_text(delivery->text);
  read_host(field(delivery->fields, "relay="), event);
  if (hands_over_here(program)) {
    read_hand_over(program, *delivery, event);
  } else if (delivery->status == "sent") {
    event.bounce_class = BounceClass::kDelivered;
    event.said_by = SaidBy::kRemote;
    event.reply_code = reply_code_at_start(delivery->text);
  } else {
    classify(delivery->text, event);
  }
  // A hop of the site's own (a content filter, a local relay) says nothing about the recipient's domain.
  if (is_own_hop(event.address)) {
    event.bounce_class = BounceClass::kOther;
    event.cause.reset();
  }
  return event;
}

namespace {

class PostfixParser final : public LogParser {
 public:
  void take(std::string_view line, SystemTime now, const TellEvent& tell) override {
    if (const auto event = parse_postfix(line, now)) tell(*event);
  }
};

}  // namespace

std::unique_ptr<LogParser> make_postfix_parser() { return with_json_lines(std::make_unique<PostfixParser>()); }

}  // namespace mxpulse::bounce
