#include "bounce/human_part.hpp"

#include <re2/re2.h>

#include <optional>
#include <unordered_map>

#include "bounce/report_fields.hpp"

namespace mxpulse::bounce {
namespace {

constexpr std::size_t kWordsMax = 4096;
constexpr std::size_t kLineMax = 2048;  // a longer one is read up to here

const std::string kAddress = "((?:\"[^\"\\n]+\"|[^\\s<>()\\[\\]|,;:\"'@]+)@[^\\s<>()\\[\\]|,;:\"'@]+)";

struct Named {
  std::string recipient;
  std::string words;  // the rest of the line
};

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

// "<user@example.org>: words", "  user@example.org", "550 5.1.1 <user@example.org>... words"
std::optional<Named> named_at_start(std::string_view line) {
  static const RE2 kStart("(?i)^[\\s|>*.\"'\\[(-]*(?:[2-5]\\d\\d[ -](?:\\d\\.\\d+\\.\\d+ )?)?<?" + kAddress + "([>\"'\\])]*.*)$",
                          RE2::Latin1);
  static const RE2 kReply("^[\\s|>*-]*[2-5]\\d\\d[ -]", RE2::Latin1);
  Named named;
  if (!RE2::PartialMatch(piece(line), kStart, &named.recipient, &named.words)) return std::nullopt;
  if (!RE2::PartialMatch(piece(line), kReply)) {
    const auto begin = named.words.find_first_not_of(">\"'])-:. \t");
    named.words.erase(0, std::min(begin, named.words.size()));
    return named;
  }
  // A reply that begins with the address is a statement about it only as Sendmail writes it, with three points.
  const bool is_statement = named.words.starts_with(">...") || named.recipient.ends_with("...");
  if (!is_statement) return std::nullopt;
  named.words = std::string(trimmed(line));
  return named;
}

// "Could not be delivered to: <user@example.org>", "Recipient address: user@example.org"
std::optional<Named> named_within(std::string_view line) {
  static const RE2 kHeader(
      "(?i)^[\\s|>*]*(?:to|cc|from|reply-to|sender|original sender|mail from|message-id|received|for)\\s*:|"
      "SMTP error from|<<<|with SMTP id|further assistance|contact|(?:reply|write) to|^\\s*for <",
      RE2::Latin1);
  static const RE2 kWithin(
      "(?i)(?:\\b(?:to|recipient|recipients?|address|user|userid|error-for|attempts|size|gateway for)\\b)[: "
      "]+(?:\\[SMTP:)?[\"'<]*" +
          kAddress + "(.*)$",
      RE2::Latin1);
  static const RE2 kLast("[A-Za-z]: <?" + kAddress + "([>\"']*)\\s*$", RE2::Latin1);
  Named named;
  if (RE2::PartialMatch(piece(line), kHeader)) return std::nullopt;
  if (!RE2::PartialMatch(piece(line), kWithin, &named.recipient, &named.words) &&
      !RE2::PartialMatch(piece(line), kLast, &named.recipient, &named.words))
    return std::nullopt;
  named.words = std::string(trimmed(line));
  return named;
}

bool contains_any(std::string_view line, const RE2& pattern) { return RE2::PartialMatch(piece(line), pattern); }

class ComplaintReader {
 public:
  void take(std::string_view line) {
    // A rule of dashes with words in it begins another part of the report.
    static const RE2 kHeading("^\\s*[-|=]{3,}[^-|=]*[a-z].*", RE2::Latin1);
    static const RE2 kNamesSender("(?i)(?:\\bsent by|\\bfrom)[: ]*$", RE2::Latin1);
    static const RE2 kTranscript("(?i)transcript of (the )?session|session transcript|message log", RE2::Latin1);
    static const RE2 kConversation("(?i)^\\s*(?:\\.\\.\\. )?while talking to", RE2::Latin1);
    static const RE2 kDialogue("^\\s*(?:>>>|<<<|Sent <<<|Received >>>)", RE2::Latin1);
    if (contains_any(line, kHeading)) {
      in_transcript_ = contains_any(line, kTranscript);
      current_ = kNone;
      return;
    }
    const auto named = names_sender_next_ ? std::nullopt : name_in(line);
    if (named) {
      begin(*named);
    } else if (in_transcript_ && contains_any(line, kConversation)) {
      current_ = kNone;
      pending_ = std::string(line) + "\n";  // the last attempt counts
    } else if (in_transcript_ && (current_ == kNone || contains_any(line, kDialogue))) {
      current_ = kNone;
      add(pending_, line);
    } else if (current_ != kNone) {
      add(complaints_[current_].words, line);
    }
    if (!trimmed(line).empty()) names_sender_next_ = contains_any(line, kNamesSender);
  }

  std::vector<Complaint> finish() {
    if (complaints_.size() == 1) add(complaints_.front().words, pending_);
    std::string shared = std::move(pending_);
    for (auto complaint = complaints_.rbegin(); complaint != complaints_.rend(); ++complaint) {
      if (has_letters(complaint->words)) {
        shared = complaint->words;
      } else {
        add(complaint->words, shared);
      }
    }
    return std::move(complaints_);
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  std::optional<Named> name_in(std::string_view line) const {
    static const RE2 kRemoteLine("^\\s*(?:>>>|<<<|Sent <<<|Received >>>|In: |Out: )", RE2::Latin1);
    static const RE2 kActiveHunter("^\\s*>>> \\S+@\\S+ <\\S+@\\S+>", RE2::Latin1);  // a list that looks like a transcript
    if (contains_any(line, kRemoteLine) && !contains_any(line, kActiveHunter)) return std::nullopt;
    if (auto named = named_at_start(line)) return named;
    if (in_transcript_) return std::nullopt;
    return named_within(line);
  }

  void begin(const Named& named) {
    std::string recipient = named.recipient;
    while (!recipient.empty() && recipient.back() == '.') recipient.pop_back();
    const auto known = index_.find(recipient);
    if (known != index_.end()) {
      current_ = known->second;
    } else if (complaints_.size() < kRecipientsMax) {
      current_ = complaints_.size();
      index_.emplace(recipient, current_);
      complaints_.push_back({std::move(recipient), {}});
    } else {
      current_ = kNone;
      return;
    }
    auto& words = complaints_[current_].words;
    if (in_transcript_) {  // what was said before the statement led to it
      add(words, pending_);
      pending_.clear();
    }
    add(words, named.words);
  }

  static void add(std::string& words, std::string_view more) {
    if (words.size() < kWordsMax) words.append(more.substr(0, kWordsMax - words.size())).append("\n");
  }

  static bool has_letters(std::string_view words) {
    static const RE2 kLetters("[A-Za-z0-9]{3}", RE2::Latin1);
    return contains_any(words, kLetters);
  }

  bool in_transcript_ = false;
  std::size_t current_ = kNone;
  bool names_sender_next_ = false;
  std::string pending_;  // lines of a transcript that no recipient has claimed yet
  std::vector<Complaint> complaints_;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace

std::vector<Complaint> read_complaints(std::string_view notice) {
  ComplaintReader reader;
  while (!notice.empty()) {
    const auto end = notice.find('\n');
    auto line = notice.substr(0, std::min(end, kLineMax));
    if (line.ends_with('\r')) line.remove_suffix(1);
    reader.take(line);
    notice.remove_prefix(end == std::string_view::npos ? notice.size() : end + 1);
  }
  return reader.finish();
}

}  // namespace mxpulse::bounce
