#include "bounce/postfix.hpp"

#include <algorithm>

#include "bounce/syslog_stamp.hpp"
#include "mxpulse/address_range.hpp"

namespace mxpulse::bounce {
namespace {

constexpr std::size_t kLineLookedAt = 8192;  // Postfix cuts its lines far below
constexpr std::size_t kTextMax = 512;

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

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
  const auto address = message.substr(kTo.size(), message.find(">, ", kTo.size()) - kTo.size());
  const auto at = address.rfind('@');
  if (at == std::string_view::npos || at + 1 == address.size() || address[at + 1] == '[') return std::nullopt;
  const auto name = DomainName::parse(address.substr(at + 1));
  return name ? std::optional(*name) : std::nullopt;
}

// "mx.example.org[192.0.2.1]:25" -> host and address.
void read_host(std::string_view text, BounceEvent& event) {
  const auto open = text.find('[');
  const auto close = text.find(']', open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos) return;
  event.host = text.substr(0, std::min<std::size_t>(open, 255));
  event.address = Address::parse(text.substr(open + 1, close - open - 1));
}

// Where the text is ours to read: the local words before anything a remote host said.
BounceClass class_of_text(std::string_view text, std::string_view enhanced_code) {
  if (text.starts_with("delivery temporarily suspended") || contains(text, "deferred transport")) return BounceClass::kSuspended;
  if (text.starts_with("host ") && contains(text, " said: "))
    return enhanced_code.starts_with('5') ? BounceClass::kRejected : BounceClass::kBusy;
  if (text.starts_with("host ") && contains(text, " refused to talk to me: ")) return BounceClass::kBusy;
  if (text.starts_with("connect to ")) return BounceClass::kNoAnswer;
  const bool conversation_broke =
      text.starts_with("lost connection with ") || (text.starts_with("conversation with ") && contains(text, " timed out"));
  if (conversation_broke)
    return contains(text, "while receiving the initial server greeting") ? BounceClass::kNoAnswer : BounceClass::kOther;
  if (text.starts_with("Host or domain name not found"))
    return contains(text, "try again") ? BounceClass::kDnsTemporary : BounceClass::kDnsPermanent;
  if (enhanced_code == "4.4.1") return BounceClass::kNoAnswer;
  if (enhanced_code == "4.4.3") return BounceClass::kDnsTemporary;
  return BounceClass::kOther;
}

bool is_loopback(const std::optional<Address>& address) {
  return address && (AddressRange::parse("127.0.0.0/8")->contains(*address) || AddressRange::parse("::1")->contains(*address));
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
  event.text = text.substr(0, kTextMax);

  read_host(field(message.substr(0, status_at), ", relay="), event);
  if (text.starts_with("connect to ")) read_host(text.substr(std::string_view("connect to ").size()), event);
  event.bounce_class = status.starts_with("sent") ? BounceClass::kDelivered : class_of_text(text, event.enhanced_code);
  // A hop of the site's own (a content filter, a local relay) says nothing about the recipient's domain.
  if (is_loopback(event.address)) event.bounce_class = BounceClass::kOther;
  return event;
}

}  // namespace mxpulse::bounce
