// qmail-send's log: "starting delivery N" names the recipient, "delivery N" says what became of it.
//
// qmail writes the words of others with '_' for each blank, so that nothing they hold looks like its own.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <string>

#include "bounce/json_line.hpp"
#include "bounce/log_parser.hpp"
#include "bounce/syslog_stamp.hpp"
#include "bounce/unix_second.hpp"
#include "bounce/words.hpp"

namespace mxpulse::bounce {
namespace {

constexpr std::size_t kLineLookedAt = 8192;
constexpr std::size_t kDeliveriesRemembered = 10'000;
constexpr std::string_view kStarting = "starting delivery ";
constexpr std::string_view kDelivery = "delivery ";
constexpr std::string_view kRemoteSaid = "Remote host said: ";

bool skip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<std::uint64_t> take_number(std::string_view& text, int base = 10) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

// "@400000005f2a3b4c12345678": 2^62 and the TAI second, then nanoseconds (multilog, tai64n).
std::optional<SystemTime> read_tai64n(std::string_view word) {
  constexpr std::uint64_t kEpoch = std::uint64_t{1} << 62;
  constexpr std::uint64_t kTaiLead = 10;  // TAI seconds before UTC in 1970; multilog counts no leap seconds
  if (word.size() != 25 || word[0] != '@') return std::nullopt;
  auto label = word.substr(1, 16);
  auto part = word.substr(17);
  const auto second = take_number(label, 16);
  const auto nanosecond = take_number(part, 16);
  if (!second || !nanosecond || !label.empty() || !part.empty() || *nanosecond >= 1'000'000'000) return std::nullopt;
  const auto time = at_unix_second(static_cast<std::int64_t>(*second - kEpoch - kTaiLead));  // what is less wraps below zero
  return time ? std::optional(*time + std::chrono::nanoseconds(static_cast<std::int64_t>(*nanosecond))) : std::nullopt;
}

// "1700000000.123456" (splogger, tai64nunix)
std::optional<SystemTime> read_unix(std::string_view word) {
  const auto second = take_number(word);
  constexpr std::uint64_t kSecondsMin = 100'000'000;  // a shorter number is a process id or a year
  if (!second || *second < kSecondsMin) return std::nullopt;
  if (!word.empty() && word[0] != '.') return std::nullopt;
  return at_unix_second(static_cast<std::int64_t>(*second));
}

// qmail's own stamp is the word before its message; before that may stand syslog's.
std::optional<SystemTime> time_of(std::string_view before, SystemTime now) {
  while (before.ends_with(' ')) before.remove_suffix(1);
  const auto word = before.substr(before.rfind(' ') + 1);
  if (const auto time = read_tai64n(word)) return time;
  if (const auto time = read_unix(word)) return time;
  return read_syslog_stamp(before, now);
}

// "Sorry,_I_couldn't_find_any_host_by_that_name._(#4.1.2)/" -> words. '/' may be a line's end or a slash: only the last is surely
// one.
std::string words_of(std::string_view encoded) {
  while (encoded.ends_with('/')) encoded.remove_suffix(1);
  std::string words(encoded);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

// "Connected to 192.0.2.1 but ..." or "192.0.2.1 does not like recipient."; qmail names no host.
std::optional<Address> find_address(std::string_view words) {
  skip(words, "Connected to ");
  return Address::parse(words.substr(0, words.find(' ')));
}

struct Delivery {
  std::string message;
  DomainName destination;
};

class QmailParser : public LogParser {
 public:
  void take(std::string_view line, SystemTime now, const TellEvent& tell) override {
    line = line.substr(0, kLineLookedAt);
    const auto delivery = line.find(kDelivery);
    if (delivery == std::string_view::npos) return;
    const auto starting = line.find(kStarting);
    if (starting != std::string_view::npos && starting < delivery) return remember(line.substr(starting + kStarting.size()));
    finish(line.substr(delivery + kDelivery.size()), time_of(line.substr(0, delivery), now), tell);
  }

 private:
  // "7: msg 123 to remote u@example.org"
  void remember(std::string_view text) {
    const auto number = take_number(text);
    if (!number) return;
    deliveries_.erase(*number);  // qmail counts from 1 again when it restarts
    if (!skip(text, ": msg ")) return;
    const auto message = text.substr(0, text.find(' '));
    text.remove_prefix(message.size());
    if (!skip(text, " to remote ")) return;
    const auto destination = domain_of_recipient(text.substr(0, text.find(' ')));
    if (!destination) return;
    if (deliveries_.size() >= kDeliveriesRemembered) deliveries_.erase(deliveries_.begin());  // the lowest number is the oldest
    deliveries_[*number] = {std::string(message.substr(0, 64)), *destination};
  }

  // "7: deferral: Connected_to_192.0.2.1_but_connection_died._(#4.4.2)/"
  void finish(std::string_view text, std::optional<SystemTime> time, const TellEvent& tell) {
    const auto number = take_number(text);
    const auto found = number ? deliveries_.find(*number) : deliveries_.end();
    if (found == deliveries_.end() || !skip(text, ": ")) return;
    const auto result = text.substr(0, text.find(": "));
    if (result != "success" && result != "deferral" && result != "failure") return;
    text.remove_prefix(std::min(result.size() + 2, text.size()));
    const auto words = words_of(text);

    BounceEvent event;
    event.time = time;
    event.queue_id = found->second.message;
    event.destination = found->second.destination;
    event.text = bounded_text(words);
    event.address = find_address(words);
    read_outcome(result == "success", words, event);
    if (is_own_hop(event.address)) {
      event.bounce_class = BounceClass::kOther;
      event.cause = std::nullopt;
    }
    deliveries_.erase(found);
    tell(event);
  }

  static void read_outcome(bool success, std::string_view words, BounceEvent& event) {
    const auto said = words.find(kRemoteSaid);
    Meaning meaning;
    if (said != std::string_view::npos) {
      const auto reply = words.substr(said + kRemoteSaid.size());
      event.said_by = SaidBy::kRemote;
      event.reply_code = reply_code_at_start(reply);
      event.enhanced_code = find_enhanced_code(reply);
      meaning = read_reply(event.reply_code.value_or(0));
    } else {
      event.enhanced_code = find_enhanced_code(words);
      // The connection died after the whole message was sent: the host lives.
      const bool after_the_message = words.find("Possible duplicate!") != std::string_view::npos;
      if (!after_the_message) meaning = read_local_words(words).value_or(Meaning{});
    }
    if (success) meaning = {BounceClass::kDelivered, {}};
    event.bounce_class = meaning.bounce_class;
    event.cause = meaning.cause;
  }

  std::map<std::uint64_t, Delivery> deliveries_;
};

}  // namespace

std::unique_ptr<LogParser> make_qmail_parser() { return with_json_lines(std::make_unique<QmailParser>()); }

}  // namespace mxpulse::bounce
