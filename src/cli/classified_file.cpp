#include "cli/classified_file.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "bounce/delivery_report.hpp"
#include "bounce/line_source.hpp"

namespace mxpulse::cli {
namespace {

constexpr std::size_t kContestLines = 200;
constexpr std::size_t kHeaderLinesMax = 1000;
constexpr std::size_t kMessageMax = 8u << 20;

struct Dialect {
  const char* name;
  std::unique_ptr<bounce::LogParser> (*make)();
};

constexpr Dialect kDialects[] = {
    {"postfix", bounce::make_postfix_parser},   {"exim", bounce::make_exim_parser},
    {"sendmail", bounce::make_sendmail_parser}, {"opensmtpd", bounce::make_opensmtpd_parser},
    {"qmail", bounce::make_qmail_parser},       {"ndjson", bounce::make_ndjson_parser},
};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// The name of a header field that the line begins with; empty if it begins with none.
std::string_view field_name(std::string_view line) {
  const auto name = line.substr(0, line.find(':'));
  const bool is_name = name.size() < line.size() && !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
                         return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
                       });
  return is_name ? name : std::string_view{};
}

// Fields that a message has and no log line begins with.
bool is_of_a_message(std::string_view name) {
  constexpr std::array<std::string_view, 11> kNames{
      "from",         "to",           "date",       "subject",      "received",           "return-path",
      "delivered-to", "mime-version", "message-id", "content-type", "x-failed-recipients"};
  return std::any_of(kNames.begin(), kNames.end(), [&](std::string_view one) {
    return std::equal(one.begin(), one.end(), name.begin(), name.end(), [](char a, char b) { return a == lower(b); });
  });
}

}  // namespace

bool is_mail_format(std::string_view name) {
  return name == "auto" || name == "dsn" ||
         std::any_of(std::begin(kDialects), std::end(kDialects), [&](const Dialect& dialect) { return name == dialect.name; });
}

ClassifiedFile::ClassifiedFile(std::string_view format, SystemTime now, bounce::TellEvent tell)
    : now_(now), tell_(std::move(tell)) {
  if (format == "dsn") state_ = State::kMessages;
  for (const Dialect& dialect : kDialects) {
    if (format != dialect.name) continue;
    parser_ = dialect.make();
    state_ = State::kLog;
  }
}

void ClassifiedFile::take(std::string_view line) {
  switch (state_) {
    case State::kHeader: return take_header(line);
    case State::kContest: return take_contest(line);
    case State::kLog: return parser_->take(line, now_, tell_);
    case State::kMessages: return take_message(line);
  }
}

void ClassifiedFile::end() {
  if (state_ == State::kHeader) begin_contest();
  if (state_ == State::kContest) end_contest();
  if (state_ == State::kMessages) end_message();
}

// Field after field up to a blank line is a message's header, if a message's field is among them.
void ClassifiedFile::take_header(std::string_view line) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  const bool first = header_.empty();
  if (first && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  if (first && line.find_first_not_of(" \t") == std::string_view::npos) return;
  const bool folded = !first && (line.starts_with(' ') || line.starts_with('\t'));
  const bool goes_on = folded || !field_name(line).empty() || (first && line.starts_with("From "));
  header_.emplace_back(line);
  if (goes_on && header_.size() < kHeaderLinesMax) return;
  const bool is_message = line.empty() && std::any_of(header_.begin(), header_.end(),
                                                      [](const std::string& one) { return is_of_a_message(field_name(one)); });
  is_message ? begin_messages() : begin_contest();
}

void ClassifiedFile::begin_contest() {
  state_ = State::kContest;
  for (const Dialect& dialect : kDialects) contestants_.push_back({dialect.make(), {}});
  for (const std::string& line : std::exchange(header_, {})) take(line);
}

void ClassifiedFile::take_contest(std::string_view line) {
  bool events = false;
  for (auto& one : contestants_) {
    one.parser->take(line, now_, [&](const BounceEvent& event) { one.events.push_back(event); });
    events = events || !one.events.empty();
  }
  if (++contest_lines_ >= kContestLines && events) end_contest();
}

void ClassifiedFile::end_contest() {
  auto best = std::max_element(contestants_.begin(), contestants_.end(),
                               [](const auto& a, const auto& b) { return a.events.size() < b.events.size(); });
  for (const BounceEvent& event : best->events) tell_(event);
  parser_ = std::move(best->parser);
  contestants_.clear();
  state_ = State::kLog;
}

void ClassifiedFile::begin_messages() {
  state_ = State::kMessages;
  for (const std::string& line : std::exchange(header_, {})) take_message(line);
}

void ClassifiedFile::take_message(std::string_view line) {
  if (after_blank_ && line.starts_with("From ") && (message_.empty() || is_mailbox_)) {
    end_message();
    is_mailbox_ = true;
  }
  after_blank_ = line.empty();
  if (message_.size() + line.size() < kMessageMax) message_.append(line).append("\n");
}

void ClassifiedFile::end_message() {
  for (const BounceEvent& event : bounce::read_delivery_report(std::exchange(message_, {}))) tell_(event);
}

Result<bool> read_mail_file(const std::string& path, std::string_view format, SystemTime now, const bounce::TellEvent& tell) {
  ClassifiedFile file(format, now, tell);
  auto read = bounce::read_lines(path, [&](std::string_view line) {
    file.take(line);
    return true;
  });
  file.end();
  return read;
}

}  // namespace mxpulse::cli
