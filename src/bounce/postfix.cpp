#include "bounce/postfix.hpp"

#include <algorithm>

#include "bounce/log_parser.hpp"
#include "bounce/syslog_stamp.hpp"
#include "bounce/words.hpp"

namespace mxpulse::bounce {
namespace {

constexpr std::size_t kLineLookedAt = 8192;  // Postfix cuts its lines far below

struct Tagged {
  std::string_view stamp;    // what stands before the tag
  std::string_view program;  // "smtp" of "postfix-out/smtp[123]: "
  std::string_view message;
};

// Finds "postfix.../PROGRAM[PID]: ", wherever the site's template puts it.
std::optional<Tagged> find_tag(std::string_view line) {
  const auto close = line.find("]: ");
  if (close == std::string_view::npos) return std::nullopt;
  const auto open = line.rfind('[', close);
  if (open == std::string_view::npos) return std::nullopt;
  const auto blank = line.rfind(' ', open);
  const auto begin = blank == std::string_view::npos ? 0 : blank + 1;
  const auto tag = line.substr(begin, open - begin);
  const auto slash = tag.rfind('/');
  if (!tag.starts_with("postfix") || slash == std::string_view::npos) return std::nullopt;
  return Tagged{line.substr(0, begin), tag.substr(slash + 1), line.substr(close + 3)};
}

// The value of "NAME=" up to the ", " that ends it. The names are Postfix's own; a value in <> may hold anything.
std::string_view field(std::string_view message, std::string_view name) {
  const auto at = message.find(name);
  if (at == std::string_view::npos) return {};
  const auto value = message.substr(at + name.size());
  return value.substr(0, value.find(", "));
}

// "to=<user@example.org>" -> "example.org". The domain follows the last '@': a quoted local part may hold others.
std::optional<DomainName> destination_of(std::string_view message) {
  constexpr std::string_view kTo = "to=<";
  if (!message.starts_with(kTo)) return std::nullopt;
  const auto end = message.find(">, ", kTo.size());
  return end == std::string_view::npos ? std::nullopt : domain_of_recipient(message.substr(kTo.size(), end - kTo.size()));
}

// "mx.example.org[192.0.2.1]:25" -> host and address.
void read_host(std::string_view text, BounceEvent& event) {
  const auto open = text.find('[');
  const auto close = text.find(']', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos) return;
  event.host = text.substr(0, std::min<std::size_t>(open, 255));
  event.address = Address::parse(text.substr(open + 1, close - open - 1));
}

// "host H[IP] said: 450 4.2.0 later (in reply to RCPT TO command)": whatever words a remote host says, its code decides.
bool read_reply_of_host(std::string_view text, BounceEvent& event) {
  if (!text.starts_with("host ")) return false;
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

void classify(std::string_view text, BounceEvent& event) {
  constexpr std::string_view kSuspended = "delivery temporarily suspended: ";
  const bool suspended = text.starts_with(kSuspended);
  if (suspended) text.remove_prefix(kSuspended.size());
  if (text.starts_with("connect to ")) read_host(text.substr(std::string_view("connect to ").size()), event);
  if (!read_reply_of_host(text, event)) {
    if (const auto meaning = read_local_words(text)) {
      event.bounce_class = meaning->bounce_class;
      event.cause = meaning->cause;
    } else if (event.enhanced_code == "4.4.1" || text.starts_with("connect to ")) {
      event.bounce_class = BounceClass::kNoAnswer;
    } else if (event.enhanced_code == "4.4.3") {
      event.bounce_class = BounceClass::kDnsTemporary;
      event.cause = Cause::kDnsTemporary;
    }
  }
  // Put off without an attempt: the cause is the one of before, the event is none.
  if (suspended) event.bounce_class = BounceClass::kSuspended;
}

}  // namespace

std::optional<BounceEvent> parse_postfix(std::string_view line, SystemTime now) {
  const auto tagged = find_tag(line.substr(0, kLineLookedAt));
  if (!tagged || (tagged->program != "smtp" && tagged->program != "error")) return std::nullopt;
  const auto colon = tagged->message.find(": ");
  if (colon == std::string_view::npos) return std::nullopt;
  const auto message = tagged->message.substr(colon + 2);
  const auto destination = destination_of(message);
  const auto status_at = message.find(", status=");
  if (!destination || status_at == std::string_view::npos) return std::nullopt;

  BounceEvent event;
  event.time = read_syslog_stamp(tagged->stamp, now);
  event.queue_id = tagged->message.substr(0, std::min<std::size_t>(colon, 64));
  event.destination = *destination;
  event.enhanced_code = field(message.substr(0, status_at), ", dsn=");
  const auto status = message.substr(status_at + std::string_view(", status=").size());
  const auto open = status.find(" (");
  if (open == std::string_view::npos) return std::nullopt;
  auto text = status.substr(open + 2);
  if (text.ends_with(')')) text.remove_suffix(1);
  event.text = bounded_text(text);

  read_host(field(message.substr(0, status_at), ", relay="), event);
  if (status.starts_with("sent")) {
    event.bounce_class = BounceClass::kDelivered;
    event.said_by = SaidBy::kRemote;
    event.reply_code = reply_code_at_start(text);
  } else {
    classify(text, event);
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

std::unique_ptr<LogParser> make_postfix_parser() { return std::make_unique<PostfixParser>(); }

}  // namespace mxpulse::bounce
