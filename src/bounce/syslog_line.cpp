#include "bounce/syslog_line.hpp"

#include <re2/re2.h>

#include <algorithm>

namespace mxpulse::bounce {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view take_word(std::string_view& text) {
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

// Solaris puts "[ID 197553 mail.info] " before every message.
std::string_view without_message_id(std::string_view message) {
  const auto end = message.find("] ");
  return message.starts_with("[ID ") && end != std::string_view::npos ? message.substr(end + 2) : message;
}

// "<22>1 2026-11-24T07:00:00Z mail postfix/smtp 123 - - message"
std::optional<SyslogLine> split_rfc5424(std::string_view line) {
  auto rest = line;
  const auto priority = take_word(rest);
  if (!priority.ends_with(">1") || !is_number(priority.substr(1, priority.size() - 3))) return std::nullopt;
  const auto stamp = take_word(rest);
  if (stamp.empty() || !(stamp == "-" || (stamp[0] >= '0' && stamp[0] <= '9'))) return std::nullopt;
  take_word(rest);  // host
  const auto before = line.substr(0, line.size() - rest.size());
  const auto program = take_word(rest);
  take_word(rest);  // process id
  take_word(rest);  // message id
  if (rest.starts_with('[')) {
    const auto end = rest.find("] ");  // quotes may hold a ']', but no MTA's elements do
    if (end == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(end + 2);
  } else {
    take_word(rest);
  }
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
  return SyslogLine{before, program, rest};
}

// "Nov 24 07:00:00 mail postfix/smtp[123]: message"
std::optional<SyslogLine> split_rfc3164(std::string_view line) {
  const auto colon = line.find(": ");
  if (colon == std::string_view::npos) return std::nullopt;
  const auto blank = line.rfind(' ', colon);
  const auto begin = blank == std::string_view::npos ? 0 : blank + 1;
  auto program = line.substr(begin, colon - begin);
  const auto open = program.find('[');
  if (open != std::string_view::npos && program.ends_with(']')) program = program.substr(0, open);
  return SyslogLine{line.substr(0, begin), program, without_message_id(line.substr(colon + 2))};
}

// Where a container's log goes through syslog or the journal, the tag is the container's, and the message begins with a stamp,
// a host and the program's tag, or with that tag alone: "docker/4f1a[9]: Nov 24 07:00:00 mail postfix/smtp[1]: message".
std::optional<SyslogLine> split_passed_on(std::string_view message) {
  static const RE2 kStampAndHost("(?:[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d|\\d{4}-\\d\\d-\\d\\dT\\S+) \\S+ ", RE2::Latin1);
  const auto word = message.substr(0, message.find(' '));
  const bool may_be = word.ends_with("]:") || word.size() == 3 || (word.size() >= 19 && word[4] == '-');  // a tag, "Nov", a date
  const auto colon = may_be ? message.find(": ") : std::string_view::npos;
  if (colon == std::string_view::npos || colon == 0 || message[colon - 1] != ']') return std::nullopt;
  auto inner = split_rfc3164(message);
  const auto process = message.substr(0, colon).substr(inner->before.size() + inner->program.size());  // "[123]"
  if (process.size() < 3 || !is_number(process.substr(1, process.size() - 2))) return std::nullopt;
  const re2::StringPiece before(inner->before.data(), inner->before.size());
  return before.empty() || RE2::FullMatch(before, kStampAndHost) ? inner : std::nullopt;
}

}  // namespace

std::optional<SyslogLine> split_syslog_line(std::string_view line) {
  auto split = line.starts_with('<') ? split_rfc5424(line) : std::nullopt;
  if (!split) split = split_rfc3164(line);
  if (!split) return split;
  auto inner = split_passed_on(split->message);
  if (!inner) return split;
  if (inner->before.empty()) inner->before = split->before;
  return inner;
}

}  // namespace mxpulse::bounce
