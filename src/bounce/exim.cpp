// Exim's main log: the "==", "**" and "=>" lines of a message, with the hosts of its "H=" lines.
//
// A line is read from left to right: the address, then Exim's own fields, then the text. A remote host's words stand last, so
// whatever they hold, they are no field.
#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <map>
#include <string>

#include "bounce/json_line.hpp"
#include "bounce/log_parser.hpp"
#include "bounce/syslog_stamp.hpp"
#include "bounce/words.hpp"

namespace mxpulse::bounce {
namespace {

constexpr std::size_t kLineLookedAt = 8192;
constexpr std::size_t kWordsBeforeId = 12;  // syslog's stamp, host and tag, its "[1/2]", Exim's stamp, zone and "[pid]"
constexpr std::size_t kMessagesRemembered = 10'000;
constexpr std::size_t kHostsRemembered = 8;  // of one message; hosts_max_try is 5
constexpr std::size_t kHostMax = 255;

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_alphanumeric(char c) { return is_digit(c) || is_upper(c) || (c >= 'a' && c <= 'z'); }

std::string_view without_blanks(std::string_view text) {
  const auto begin = text.find_first_not_of(' ');
  return begin == std::string_view::npos ? std::string_view{} : text.substr(begin);
}

// The length of the word at the beginning; a quoted local part may hold blanks, but quotes that never close quote nothing.
std::size_t word_length(std::string_view text) {
  const auto unquoted = find_unquoted(text, ' ');
  if (unquoted != std::string_view::npos) return unquoted;
  const bool open = find_unquoted(text, '\0') == std::string_view::npos && std::count(text.begin(), text.end(), '"') % 2 != 0;
  return open ? std::min(text.find(' '), text.size()) : text.size();
}

// "1xVaim-00003B-0d", and since 4.97 "1xVaim-0000000003B-0dAB".
bool is_message_id(std::string_view word) {
  const bool old_form = word.size() == 16 && word[6] == '-' && word[13] == '-';
  const bool new_form = word.size() == 23 && word[6] == '-' && word[18] == '-';
  return (old_form || new_form) && std::count(word.begin(), word.end(), '-') == 2 &&
         std::all_of(word.begin(), word.end(), [](char c) { return is_alphanumeric(c) || c == '-'; });
}

struct Line {
  std::string_view before;  // stamps and tags
  std::string_view message_id;
  std::string_view flag;  // "==", "**", "=>", "->", ">>", "<=", "Completed"; empty for a line about a host
  std::string_view rest;
};

bool is_flag(std::string_view word) {
  constexpr std::array<std::string_view, 8> kFlags{"==", "**", "=>", "->", ">>", "*>", "<=", "Completed"};
  return std::find(kFlags.begin(), kFlags.end(), word) != kFlags.end();
}

std::optional<Line> split(std::string_view line) {
  std::size_t at = 0;
  for (std::size_t words = 0; words < kWordsBeforeId && at < line.size(); ++words) {
    const auto end = std::min(line.find(' ', at), line.size());
    if (is_message_id(line.substr(at, end - at))) {
      const auto rest = without_blanks(line.substr(end));
      const auto word = rest.substr(0, rest.find(' '));
      if (is_flag(word))
        return Line{line.substr(0, at), line.substr(at, end - at), word, without_blanks(rest.substr(word.size()))};
      // A host of the machine's name may look like an id too; then its tag follows, not a host with an address.
      const bool host_line = word.starts_with("H=") || without_blanks(rest.substr(word.size())).starts_with('[');
      if (host_line) return Line{line.substr(0, at), line.substr(at, end - at), {}, rest};
    }
    at = end + 1;
  }
  return std::nullopt;
}

struct Host {
  std::string name;
  std::optional<Address> address;
  std::string text;  // what became of it
};

struct Fields {
  Host host;
  bool has_transport = false;     // T=...; without it only routers ran
  std::string_view confirmation;  // C="..."
  int error = 0;                  // the number in "defer (N)"
  std::string_view error_text;    // the operating system's words for it
  std::string_view message;
};

// "mx.example.org [192.0.2.1]:25" at the beginning of `text`, after "H=" or, before 4.8, bare; returns what follows.
std::string_view read_host(std::string_view text, Host& host) {
  if (!text.starts_with('[')) {
    const auto name = text.substr(0, text.find_first_of(' '));
    host.name = name.substr(0, kHostMax);
    text = without_blanks(text.substr(name.size()));
    if (text.starts_with("DS [")) text = text.substr(3);
  }
  const auto close = text.find(']');
  if (!text.starts_with('[') || close == std::string_view::npos) return text;
  host.address = Address::parse(text.substr(1, close - 1));
  text = text.substr(close + 1);
  if (text.size() > 1 && text[0] == ':' && is_digit(text[1])) {
    text.remove_prefix(1);
    while (!text.empty() && is_digit(text[0])) text.remove_prefix(1);
  }
  if (text.starts_with('*')) text.remove_prefix(1);
  return text;
}

// "defer (110): Connection timed out H=..." or "defer (-44): SMTP error ...": only an errno is followed by words of its own.
std::string_view read_defer(std::string_view text, Fields& fields) {
  text = without_blanks(text.substr(std::string_view("defer").size()));
  const auto close = text.find(')');
  if (!text.starts_with('(') || close == std::string_view::npos) return text;
  std::from_chars(text.data() + 1, text.data() + close, fields.error);
  text = text.substr(close + 1);
  if (fields.error <= 0 || !text.starts_with(": ")) return text;
  text = text.substr(2);
  auto end = text.size();
  for (const std::string_view next : {": ", " H=", " DT=", " Q=", " PRX="}) end = std::min(end, text.find(next));
  fields.error_text = text.substr(0, end);
  return text.substr(end);
}

bool is_field(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && length < 8 && (is_upper(text[length]) || is_digit(text[length]))) ++length;
  return length > 0 && length < text.size() && text[length] == '=';
}

// Words without a value that a log_selector adds.
bool is_mark(std::string_view word) {
  constexpr std::array<std::string_view, 8> kMarks{"routing", "DS", "TFO", "TFO*", "L", "L*", "K", "*"};
  return std::find(kMarks.begin(), kMarks.end(), word) != kMarks.end();
}

// What follows the field or the bracketed address at the beginning of `text`.
std::string_view skip_field(std::string_view text, Fields& fields) {
  if (text.starts_with("T=")) fields.has_transport = true;
  const auto value_at = text[0] == '<' || text[0] == '(' ? 0 : text.find('=') + 1;
  const auto value = text.substr(value_at);
  const char open = value.empty() ? ' ' : value[0];
  if (open == '<' || open == '(') {
    const auto close = find_unquoted(value, open == '<' ? '>' : ')');
    if (close != std::string_view::npos) return value.substr(close + 1);
  }
  if (open == '"') {
    std::size_t close = 1;
    while (close < value.size() && value[close] != '"') close += value[close] == '\\' ? 2 : 1;
    if (text.starts_with("C=")) fields.confirmation = value.substr(1, close - 1);
    return value.substr(std::min(close + 1, value.size()));
  }
  const auto word = value.substr(0, value.find(' '));
  const auto rest = value.substr(word.size());
  return word.ends_with(':') ? value.substr(word.size() - 1) : rest;
}

Fields read_fields(std::string_view text) {
  Fields fields;
  for (text = without_blanks(text); !text.empty(); text = without_blanks(text)) {
    const auto word = text.substr(0, text.find(' '));
    if (text[0] == ':') {
      fields.message = without_blanks(text.substr(1));
      return fields;
    }
    if (text.starts_with("H=")) {
      text = read_host(text.substr(2), fields.host);
    } else if (word == "defer") {
      text = read_defer(text, fields);
    } else if (text[0] == '<' || text[0] == '(' || is_field(text)) {
      text = skip_field(text, fields);
    } else if (is_mark(word)) {
      text = text.substr(word.size());
    } else {
      fields.message = text;
      return fields;
    }
  }
  return fields;
}

// "** ...: Unrouteable address DT=0s": the one field that stands behind the text.
std::string_view without_deliver_time(std::string_view message) {
  const auto at = message.rfind(" DT=");
  if (at == std::string_view::npos || contains(message.substr(at + 1), " ")) return message;
  return message.substr(0, at);
}

struct Reply {
  std::optional<int> code;
  std::string_view text;
};

// The reply in "after RCPT TO:<u@example.org>: host mx.example.org [192.0.2.1]: 450 try later", "host ...: " only before 4.8.
Reply read_reply_after(std::string_view phase) {
  const auto colon = phase.find(": ");
  const auto open = phase.find('<');
  if (open != std::string_view::npos && open < colon) {
    const auto close = find_unquoted(phase.substr(open), '>');
    if (close != std::string_view::npos) phase = phase.substr(open + close);
  }
  for (auto at = phase.find(": "); at != std::string_view::npos; at = phase.find(": ", at + 2)) {
    const auto text = phase.substr(at + 2);
    if (const auto code = reply_code_at_start(text)) return {code, text};
  }
  return {};
}

// What the remote host said, if the text says that it said anything.
std::optional<Reply> find_reply(std::string_view message) {
  constexpr std::string_view kEhloResponse = "(EHLO response was: ";
  if (const auto at = message.find(kEhloResponse); at != std::string_view::npos) {
    const auto text = message.substr(at + kEhloResponse.size());
    return Reply{reply_code_at_start(text), text};
  }
  for (const std::string_view said : {"MTP error from remote mail server after ", "MTP error from remote mailer after ",
                                      "MTP error after ", "response to \""}) {
    const auto at = message.find(said);
    if (at != std::string_view::npos) return read_reply_after(message.substr(at + said.size()));
  }
  if (contains(message, "alformed SMTP re")) return Reply{};
  return std::nullopt;
}

// Before 4.8 the host stood in the middle: "SMTP timeout while connected to H [I] after RCPT TO:<...>".
std::string local_words(const Fields& fields) {
  std::string words(fields.error_text);
  if (!words.empty() && !fields.message.empty()) words += ": ";
  const auto while_connected = fields.message.find("SMTP timeout while connected to ");
  const auto after = fields.message.find("] after ", while_connected == std::string_view::npos ? 0 : while_connected);
  if (while_connected == std::string_view::npos || after == std::string_view::npos) return words.append(fields.message);
  return words.append("SMTP timeout").append(fields.message.substr(after + 1));
}

// Before 4.8 the host stands in the words: "... after RCPT TO:<u@example.org>: host mx.example.org [192.0.2.1]: 450 later",
// "Remote host mx.example.org [192.0.2.1] closed connection ...". What stands in <> is no word of Exim's.
Host host_in_words(std::string_view message) {
  const auto open = std::min(message.find('<'), message.size());
  const auto close = find_unquoted(message.substr(open), '>');
  const auto after = close == std::string_view::npos ? std::string_view{} : message.substr(open + close);
  for (const auto part : {message.substr(0, open), after}) {
    for (const std::string_view before : {": host ", "Remote host ", "while connected to "}) {
      const auto at = part.find(before);
      if (at == std::string_view::npos) continue;
      Host host;
      read_host(part.substr(at + before.size()), host);
      if (host.address) return host;
    }
  }
  return {};
}

// The words may be in the language of the machine; the number is not. Linux, then BSD.
std::optional<Meaning> read_error_number(int error) {
  switch (error) {
    case 110:
    case 60: return Meaning{BounceClass::kNoAnswer, Cause::kTimeout};
    case 111:
    case 61: return Meaning{BounceClass::kNoAnswer, Cause::kRefused};
    case 113:
    case 101:
    case 65:
    case 51: return Meaning{BounceClass::kNoAnswer, Cause::kUnreachable};
    case 104:
    case 54: return Meaning{BounceClass::kNoAnswer, Cause::kDropped};
    default: return std::nullopt;
  }
}

Meaning read_local(const Fields& fields, std::string_view words) {
  // Somebody else's lookup of the sender, or a socket of this machine: whatever failed there, it was not the destination.
  for (const std::string_view elsewhere : {"ender verify", "allout", "to socket"})
    if (contains(words, elsewhere)) return {};
  auto meaning = read_local_words(words);
  if (!meaning && fields.message.empty()) meaning = read_error_number(fields.error);
  const bool by_a_router = meaning && meaning->bounce_class == BounceClass::kNoAnswer && !fields.has_transport;
  return meaning && !by_a_router ? *meaning : Meaning{};
}

class EximParser : public LogParser {
 public:
  void take(std::string_view line, SystemTime now, const TellEvent& tell) override {
    const auto parts = split(line.substr(0, kLineLookedAt));
    if (!parts) return;
    if (parts->flag.empty()) return remember_host(*parts);
    if (parts->flag == "Completed") {
      hosts_.erase(std::string(parts->message_id));
      return;
    }
    if (parts->flag == "<=" || parts->flag == "*>") return;

    auto address = parts->rest.substr(0, word_length(parts->rest));
    auto rest = parts->rest.substr(address.size());
    if (address.ends_with(':')) {
      address.remove_suffix(1);
      rest = parts->rest.substr(address.size());
    }
    // A file, a pipe or a black hole: no destination.
    if (address.empty() || std::string_view("/|>:").find(address[0]) != std::string_view::npos) return;
    const auto destination = domain_of_recipient(address);
    if (!destination) return;

    BounceEvent event;
    event.time = read_syslog_stamp(parts->before, now);
    event.queue_id = parts->message_id;
    event.destination = *destination;
    auto fields = read_fields(rest);
    event.host = fields.host.name;
    event.address = fields.host.address;
    if (parts->flag == "==" || parts->flag == "**") {
      fields.message = without_deliver_time(fields.message);
      read_failure(fields, event);
    } else {
      read_delivery(fields, event);
    }
    if (is_own_hop(event.address)) {
      event.bounce_class = BounceClass::kOther;
      event.cause = std::nullopt;
    }
    tell(event);
  }

 private:
  void remember_host(const Line& line) {
    if (contains(line.rest, " F=<")) return;  // a client's host, not a destination's
    Host host;
    Fields fields;
    if (line.rest.starts_with("H=")) {
      fields = read_fields(line.rest);
      host = fields.host;
      host.text = bounded_text(fields.message);
    } else {
      host.text = bounded_text(read_host(line.rest, host));
    }
    if (!host.address) return;
    const std::string id(line.message_id);
    // Message ids begin with the time of arrival: the first one is the oldest.
    if (!hosts_.contains(id) && hosts_.size() >= kMessagesRemembered) hosts_.erase(hosts_.begin());
    auto& hosts = hosts_[id];
    hosts.push_back(std::move(host));
    if (hosts.size() > kHostsRemembered) hosts.pop_front();
  }

  void read_failure(const Fields& fields, BounceEvent& event) const {
    const auto words = local_words(fields);
    event.text = bounded_text(words);
    if (!event.address) {
      if (auto host = host_in_words(fields.message); host.address) {
        event.host = std::move(host.name);
        event.address = host.address;
      }
    }
    if (const auto reply = find_reply(fields.message)) {
      event.said_by = SaidBy::kRemote;
      event.reply_code = reply->code;
      const auto meaning = read_reply(reply->code.value_or(0));
      event.bounce_class = meaning.bounce_class;
      event.cause = meaning.cause;
      event.enhanced_code = find_enhanced_code(reply->text);
      return;
    }
    const auto meaning = read_local(fields, words);
    event.bounce_class = meaning.bounce_class;
    event.cause = meaning.cause;
    if (meaning.bounce_class == BounceClass::kNoAnswer && !event.address) recall_host(fields.error_text, event);
  }

  // The line of a refused connection does not name the host; an "H=" line of the message with the same words does.
  void recall_host(std::string_view error_text, BounceEvent& event) const {
    const auto found = hosts_.find(event.queue_id);
    if (found == hosts_.end() || error_text.empty()) return;
    const auto& hosts = found->second;
    const auto host = std::find_if(hosts.rbegin(), hosts.rend(), [&](const Host& one) { return contains(one.text, error_text); });
    if (host == hosts.rend()) return;
    event.host = host->name;
    event.address = host->address;
  }

  static void read_delivery(const Fields& fields, BounceEvent& event) {
    event.bounce_class = BounceClass::kDelivered;
    event.text = bounded_text(fields.confirmation);
    event.reply_code = reply_code_at_start(fields.confirmation);
    if (!event.reply_code) return;
    event.said_by = SaidBy::kRemote;
    event.enhanced_code = find_enhanced_code(fields.confirmation);
  }

  std::map<std::string, std::deque<Host>> hosts_;
};

}  // namespace

std::unique_ptr<LogParser> make_exim_parser() { return with_json_lines(std::make_unique<EximParser>()); }

}  // namespace mxpulse::bounce
