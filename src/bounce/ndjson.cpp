// One JSON object a line, with the keys that `mxpulse classify` prints: events of an MTA that mxpulse has no parser for.
#include "bounce/ndjson.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "bounce/log_parser.hpp"
#include "bounce/syslog_stamp.hpp"
#include "bounce/unix_second.hpp"
#include "bounce/words.hpp"

namespace mxpulse::bounce {
namespace {

using nlohmann::json;

constexpr std::size_t kLineMax = 8192;  // bounds the depth of what is parsed too
constexpr std::size_t kQueueIdMax = 64;
constexpr std::size_t kHostMax = 255;

std::string_view string_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return {};
  return found->get_ref<const std::string&>();
}

// "2026-11-24T07:00:00Z" or seconds since 1970.
std::optional<SystemTime> read_time(const json& object, SystemTime now) {
  const auto found = object.find("time");
  if (found == object.end()) return std::nullopt;
  if (found->is_number()) {
    const double seconds = found->get<double>();
    if (!(seconds >= 0 && seconds <= static_cast<double>(kUnixSecondsMax))) return std::nullopt;
    return SystemTime(std::chrono::duration_cast<SystemTime::duration>(std::chrono::duration<double>(seconds)));
  }
  const auto text = string_of(object, "time");
  const bool near = text.starts_with("19") || text.starts_with("20") || text.starts_with("21");
  return near ? read_syslog_stamp(text, now) : std::nullopt;
}

std::optional<int> read_code(const json& object) {
  const auto found = object.find("reply_code");
  if (found == object.end()) return std::nullopt;
  if (found->is_string()) return reply_code_at_start(found->get_ref<const std::string&>());
  if (!found->is_number_integer()) return std::nullopt;
  const auto code = found->get<std::int64_t>();
  return code >= 200 && code <= 599 ? std::optional(static_cast<int>(code)) : std::nullopt;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kTextTold = 80;
  return "\"" + std::string(text.substr(0, kTextTold)) + "\"";
}

Result<DomainName> read_destination(const json& object) {
  using Failed = Result<DomainName>;
  const auto destination = string_of(object, "destination");
  if (const auto name = DomainName::parse(destination)) return *name;
  const auto recipient = string_of(object, "recipient");
  if (const auto name = domain_of_recipient(recipient)) return *name;
  const auto given = destination.empty() ? recipient : destination;
  if (given.empty()) return Failed::failure("it has no destination; give one, like \"destination\": \"example.org\"");
  return Failed::failure("its destination " + quoted(given) + " is no domain name; write it like \"example.org\"");
}

std::optional<BounceClass> read_class(std::string_view text) {
  for (const auto one : {BounceClass::kNoAnswer, BounceClass::kDnsTemporary, BounceClass::kDnsPermanent, BounceClass::kBusy,
                         BounceClass::kRejected, BounceClass::kDelivered, BounceClass::kSuspended, BounceClass::kOther})
    if (label(one) == text) return one;
  return std::nullopt;
}

std::optional<Cause> read_cause(std::string_view text) {
  const auto found = std::find_if(kCauses.begin(), kCauses.end(), [&](const CauseEntry& one) { return one.label == text; });
  return found == kCauses.end() ? std::nullopt : std::optional(found->cause);
}

// Whose words they are when the line does not say: a reply is a remote host's, unless the sender wrote a network failure of its
// own in a reply's form ("451 4.4.1 No answer from host"). A class 5 code of that kind is a remote host's policy more often than
// not.
SaidBy guess_said_by(const BounceEvent& event) {
  const auto code = event.reply_code ? event.reply_code : reply_code_at_start(event.text);
  if (!code) return SaidBy::kLocal;
  const auto enhanced = event.enhanced_code.empty() ? find_enhanced_code(event.text) : std::string_view(event.enhanced_code);
  const auto meaning = read_local_words(event.text);
  const bool own = enhanced.starts_with("4.4.") && meaning && meaning->bounce_class != BounceClass::kOther;
  return own ? SaidBy::kLocal : SaidBy::kRemote;
}

Meaning derive(const BounceEvent& event) {
  if (event.said_by == SaidBy::kLocal) return read_local_words(event.text).value_or(Meaning{});
  const auto code = event.reply_code ? event.reply_code : reply_code_at_start(event.text);
  return read_reply(code.value_or(0));
}

Result<BounceEvent> read_event(const json& object, SystemTime now) {
  using Failed = Result<BounceEvent>;
  const auto destination = read_destination(object);
  if (!destination) return Failed::failure(destination.why());
  BounceEvent event;
  event.time = read_time(object, now);
  if (!event.time && object.contains("time") && !object["time"].is_null())
    return Failed::failure("its time cannot be read; write it like \"2026-11-24T07:00:00Z\", or leave it out");
  event.queue_id = string_of(object, "queue_id").substr(0, kQueueIdMax);
  event.destination = *destination;
  event.host = string_of(object, "host").substr(0, kHostMax);
  event.address = Address::parse(string_of(object, "address"));
  event.reply_code = read_code(object);
  event.enhanced_code = find_enhanced_code(string_of(object, "enhanced_code"));
  event.text = bounded_text(string_of(object, "text"));
  const auto said_by = string_of(object, "said_by");
  event.said_by = said_by == "remote" ? SaidBy::kRemote : said_by == "local" ? SaidBy::kLocal : guess_said_by(event);

  const auto given = read_class(string_of(object, "class"));
  if (!given && event.text.empty() && !event.reply_code)
    return Failed::failure("its class " + quoted(string_of(object, "class")) +
                           " is none, and there is no text or reply_code to tell it from; write no_answer, dns_temporary, "
                           "dns_permanent, busy, rejected, delivered, suspended or other");
  const auto derived = derive(event);
  event.bounce_class = given.value_or(derived.bounce_class);
  event.cause = read_cause(string_of(object, "cause"));
  if (!event.cause && event.bounce_class == derived.bounce_class) event.cause = derived.cause;
  if (is_own_hop(event.address)) {
    event.bounce_class = BounceClass::kOther;
    event.cause = std::nullopt;
  }
  return event;
}

class NdjsonParser : public LogParser {
 public:
  void take(std::string_view line, SystemTime now, const TellEvent& tell) override {
    if (const auto event = read_json_event(line, now)) tell(*event);
  }
};

}  // namespace

Result<BounceEvent> read_json_event(std::string_view line, SystemTime now) {
  using Failed = Result<BounceEvent>;
  if (line.size() > kLineMax) return Failed::failure("it is longer than 8192 bytes; shorten its text");
  const auto object = json::parse(line.begin(), line.end(), nullptr, false);
  if (!object.is_object()) return Failed::failure("it is no JSON object; write one a line, like mxpulse classify does");
  return read_event(object, now);
}

std::unique_ptr<LogParser> make_ndjson_parser() { return std::make_unique<NdjsonParser>(); }

}  // namespace mxpulse::bounce
