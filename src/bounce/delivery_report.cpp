#include "bounce/delivery_report.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <unordered_set>

#include "bounce/human_part.hpp"
#include "bounce/report_fields.hpp"
#include "bounce/report_parts.hpp"
#include "bounce/report_words.hpp"
#include "bounce/words.hpp"

namespace mxpulse::bounce {
namespace {

constexpr std::size_t kQueueIdMax = 255;

bool matches(std::string_view text, const RE2& pattern) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

// A report without fields is one only if a mail system sent it and it says so: people write of undelivered mail too.
bool is_report(const ReportParts& parts) {
  static const RE2 kSystem(
      "(?i)m(?:ailer[- ]?)?daemon|post_?master|mail ?deliver|maildaemon|mail[ ._-](?:system|service)|<>|system "
      "administrator|no-?reply@|sysadmin",
      RE2::Latin1);
  static const RE2 kSays(
      "(?i)undeliver|(?:not|n't) (?:yet )?(?:be(?:en)? )?(?:delivered|sent)|unable to (?:deliver|send)|wasn't able to deliver|"
      "deliver(?:y|ing)[^.]{0,40}(?:fail|delay|abort|error|status|notif|problem)|fail(?:ed|ure) (?:notice|delivery)|failed "
      "addresses|"
      "returned mail|mail system error|trouble delivering|did not reach|error delivering|permanent (?:fatal )?error|"
      "had (?:fatal|delivery) (?:errors|problems)|transcript of session|delivery failure|failure reasons",
      RE2::Latin1);
  if (parts.is_another_report) return false;
  if (parts.is_delivery_report || (!parts.blocks.empty() && !parts.blocks_are_text)) return true;
  const bool says_so = matches(parts.subject, kSays) || matches(parts.notice, kSays);
  return says_so && (!parts.failed_recipients.empty() || matches(parts.sender, kSystem));
}

// X-Actual-Recipient is where it was sent in the end; Final-Recipient may still be an alias of the reporting host.
std::string_view recipient_of(const FieldBlock& block) {
  std::string_view unqualified;  // "user@server", a name inside the site
  for (const auto name : {"X-Actual-Recipient", "Final-Recipient", "Original-Recipient"}) {
    const auto recipient = split_type(block.value(name)).text;
    const auto domain = domain_of_recipient(recipient);
    if (domain && domain->text().find('.') != std::string::npos) return recipient;
    if (domain && unqualified.empty()) unqualified = recipient;
  }
  return unqualified;
}

std::string_view without_brackets(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('<')) text.remove_prefix(1);
  if (text.ends_with('>')) text.remove_suffix(1);
  return text;
}

// Everything about the message as a whole, read once.
class ReportReader {
 public:
  explicit ReportReader(ReportParts parts) : parts_(std::move(parts)), complaints_(read_complaints(parts_.notice)) {
    for (const auto& block : parts_.blocks) recipient_blocks_ += block.names_a_recipient() ? 1 : 0;
    unquoted_ = unquoted_in(parts_.notice);
    common_ = read_notice(speaks_of_all() ? std::string_view(parts_.notice) : before_any_name(), unquoted_);
    if (speaks_of_all()) notice_host_ = find_host(parts_.notice);
    queue_id_ = find_queue_id();
  }

  std::vector<BounceEvent> read() {
    for (const auto& block : parts_.blocks) {
      if (block.names_a_recipient()) add_from_fields(block);
    }
    if (!events_.empty()) return std::move(events_);
    // The header that names the failed recipients is right where the text names none of them.
    const bool header_knows_better = !parts_.failed_recipients.empty() &&
                                     std::none_of(complaints_.begin(), complaints_.end(), [&](const Complaint& complaint) {
                                       return parts_.failed_recipients.find(complaint.recipient) != std::string::npos;
                                     });
    if (header_knows_better) add_from_headers();
    if (!events_.empty()) return std::move(events_);
    for (const auto& complaint : complaints_) add_from_words(complaint.recipient, complaint.words);
    if (events_.empty()) add_from_headers();
    return std::move(events_);
  }

 private:
  void add_from_fields(const FieldBlock& block) {
    const auto* complaint = complaint_about(recipient_of(block));
    auto recipient = recipient_of(block);
    if (recipient.empty() && complaint) recipient = complaint->recipient;
    auto* event = begin_event(recipient);
    if (!event) return;
    const auto status = on_one_line(block.value("Status"));
    const auto diagnostic = split_type(block.value("Diagnostic-Code"));
    const bool is_smtp =
        equal_ignoring_case(diagnostic.type, "smtp") || (diagnostic.type.empty() && reply_code_at_start(diagnostic.text));
    event->enhanced_code = find_enhanced_code(status);
    const auto comment = comment_of(status);
    event->text = bounded_text(on_one_line(diagnostic.text.empty() ? std::string_view(comment) : diagnostic.text));
    if (const auto last = read_date(block.value("Last-Attempt-Date"))) event->time = last;
    const auto words = complaint ? std::string_view(complaint->words) : std::string_view();
    if (was_delivered(block)) {
      event->bounce_class = BounceClass::kDelivered;
      event->reply_code = reply_code_at_start(diagnostic.text);
    } else {
      decide(*event, diagnostic.text, is_smtp, status, words);
    }
    if (event->text.empty()) event->text = bounded_text(on_one_line(words.empty() && speaks_of_all() ? parts_.notice : words));
    name_host(*event, block, diagnostic.text, words);
    soften(*event, block);
  }

  // What the notice says outside of any recipient's own words is said of each one, if it has no words for one of them.
  bool speaks_of_all() const {
    if (std::max(recipient_blocks_, complaints_.size()) <= 1) return true;
    return std::all_of(complaints_.begin(), complaints_.end(), [](const Complaint& each) { return trimmed(each.words).empty(); });
  }

  std::string_view before_any_name() const {
    const std::string_view notice = parts_.notice;
    return notice.substr(0, notice.find(complaints_.empty() ? std::string_view() : complaints_.front().recipient));
  }

  static bool was_delivered(const FieldBlock& block) {
    const auto action = trimmed(block.value("Action"));
    for (const auto done : {"delivered", "relayed", "expanded"}) {
      if (equal_ignoring_case(action.substr(0, std::string_view(done).size()), done)) return true;
    }
    return false;
  }

  // The Diagnostic-Code first; where it is silent or tells of an expiry only, the words for people, then the comment that
  // some MTAs put behind the Status.
  void decide(BounceEvent& event, std::string_view diagnostic, bool is_smtp, std::string_view status,
              std::string_view words) const {
    auto reading = diagnostic.empty() ? std::nullopt : read_diagnostic(diagnostic, is_smtp, unquoted_);
    // A reply with an MTA's words in it, which the text for people quotes as the remote host's, is the remote host's.
    if (reading && is_smtp && reading->said_by == SaidBy::kLocal && quotes_remote(words)) reading = read_notice(words, unquoted_);
    if (!reading || says_nothing(*reading)) take_better(reading, read_notice(words, unquoted_));
    if (!reading || says_nothing(*reading)) take_better(reading, read_diagnostic(comment_of(status), false));
    if (!reading || says_nothing(*reading)) take_better(reading, common_);
    if (reading) {
      apply(*reading, event);
    } else if (diagnostic.empty() && event.enhanced_code == "4.4.1") {
      event.bounce_class = BounceClass::kNoAnswer;  // RFC 3463 3.5 is all that the MTA says
    }
  }

  static bool says_nothing(const Reading& reading) {
    return reading.meaning.bounce_class == BounceClass::kOther || reading.meaning.bounce_class == BounceClass::kSuspended;
  }

  static void take_better(std::optional<Reading>& reading, std::optional<Reading> other) {
    if (other && (!reading || !says_nothing(*other))) reading = std::move(other);
  }

  static std::string comment_of(std::string_view status) {
    const auto open = status.find('(');
    if (open == std::string_view::npos) return {};
    return std::string(status.substr(open + 1, status.rfind(')') - open - 1));
  }

  static Unquoted unquoted_in(std::string_view notice) {
    const bool is_sendmail = notice.find("Transcript of session follows -----") != std::string_view::npos;
    return is_sendmail && !quotes_remote(notice) ? Unquoted::kIsOwn : Unquoted::kMayBeRemote;
  }

  static void apply(const Reading& reading, BounceEvent& event) {
    event.bounce_class = reading.meaning.bounce_class;
    event.cause = reading.meaning.cause;
    event.said_by = reading.said_by;
    event.reply_code = reading.reply_code;
    // X.0.0 and X.4.7 are what an MTA writes around a code that says more.
    const auto& outer = event.enhanced_code;
    if (!reading.enhanced_code.empty() && (outer.empty() || outer.ends_with(".0.0") || outer.ends_with(".4.7")))
      event.enhanced_code = reading.enhanced_code;
  }

  void add_from_words(std::string_view recipient, std::string_view words) {
    auto* event = begin_event(recipient);
    if (!event) return;
    event->text = bounded_text(on_one_line(words));
    event->enhanced_code = find_enhanced_code(words);
    auto reading = read_notice(words, unquoted_);
    if (!reading) reading = common_;
    if (reading) apply(*reading, *event);
    name_host(*event, FieldBlock(), {}, words);
    soften(*event, FieldBlock());
  }

  // The text names nobody: the header may, else the one recipient of the returned message.
  void add_from_headers() {
    static const RE2 kAddress("([^\\s<>,;:\"]+@[^\\s<>,;:\"]+)", RE2::Latin1);
    for (std::string_view list : {std::string_view(parts_.failed_recipients), parts_.returned.value("To")}) {
      const bool is_guess = list.data() != parts_.failed_recipients.data();
      std::vector<std::string> recipients;
      re2::StringPiece rest(list.data(), list.size());
      std::string recipient;
      while (recipients.size() < kRecipientsMax && RE2::FindAndConsume(&rest, kAddress, &recipient))
        recipients.push_back(recipient);
      if (is_guess && (recipients.size() != 1 || recipient_blocks_ > 0)) return;
      for (const auto& each : recipients) add_from_words(each, parts_.notice);
      if (!events_.empty()) return;
    }
  }

  BounceEvent* begin_event(std::string_view recipient) {
    const auto destination = domain_of_recipient(recipient);
    if (!destination || events_.size() >= kRecipientsMax || !seen_.emplace(recipient).second) return nullptr;
    auto& event = events_.emplace_back();
    event.destination = *destination;
    event.queue_id = queue_id_;
    event.time = parts_.date;
    if (event.time) return &event;
    for (const auto& block : parts_.blocks) {  // far older than the attempt, but better than nothing
      if (const auto arrived = read_date(block.value("Arrival-Date"))) event.time = arrived;
    }
    return &event;
  }

  void name_host(BounceEvent& event, const FieldBlock& block, std::string_view diagnostic, std::string_view words) const {
    // What a remote host says of hosts is of others: the client's, as a rule.
    const bool is_all_reply = event.said_by == SaidBy::kRemote && reply_code_at_start(diagnostic);
    auto named = is_all_reply ? NamedHost() : find_host(on_one_line(diagnostic));
    if (named.host.empty()) named = host_of_field(split_type(block.value("Remote-MTA")).text);
    if (named.host.empty()) named = find_host(words);
    if (named.host.empty()) named = notice_host_;
    event.host = std::move(named.host);
    event.address = named.address;
  }

  // "mx.example.org", "mx.example.org (192.0.2.1)", "192.0.2.1"
  static NamedHost host_of_field(std::string_view value) {
    auto named = find_host(value);
    if (!named.host.empty()) return named;
    auto host = value.substr(0, value.find_first_of(" \t\r\n(;"));
    if (host.ends_with('.')) host.remove_suffix(1);
    return {std::string(host.substr(0, 255)), Address::parse(host)};
  }

  static void soften(BounceEvent& event, const FieldBlock& block) {
    // A hop of the site's own says nothing about the recipient's domain.
    const bool says_no_answer = event.said_by == SaidBy::kLocal && event.bounce_class == BounceClass::kNoAnswer;
    // A report that is final tells of an end, not of a pause.
    const bool is_end =
        event.bounce_class == BounceClass::kSuspended && !equal_ignoring_case(trimmed(block.value("Action")), "delayed");
    if (!(says_no_answer && is_own_hop(event.address)) && !is_end) return;
    event.bounce_class = BounceClass::kOther;
    event.cause.reset();
  }

  const Complaint* complaint_about(std::string_view recipient) const {
    for (const auto& complaint : complaints_) {
      if (!recipient.empty() && equal_ignoring_case(complaint.recipient, without_brackets(recipient))) return &complaint;
    }
    return complaints_.size() == 1 && recipient_blocks_ == 1 ? &complaints_.front() : nullptr;
  }

  std::string find_queue_id() const {
    auto id = without_brackets(parts_.returned.value("Message-ID"));
    for (const auto name : {"X-Original-Message-ID", "Original-Envelope-Id"}) {
      for (const auto& block : parts_.blocks) {
        if (id.empty()) id = without_brackets(block.value(name));
      }
    }
    for (const auto& block : parts_.blocks) {
      if (id.empty()) id = block.value_of_name_ending("-Queue-ID");
    }
    return std::string(id.substr(0, kQueueIdMax));
  }

  ReportParts parts_;
  std::vector<Complaint> complaints_;
  std::size_t recipient_blocks_ = 0;
  Unquoted unquoted_ = Unquoted::kMayBeRemote;
  std::optional<Reading> common_;  // said of every recipient that has no words of its own
  NamedHost notice_host_;
  std::string queue_id_;
  std::unordered_set<std::string> seen_;
  std::vector<BounceEvent> events_;
};

}  // namespace

std::vector<BounceEvent> read_delivery_report(std::string_view message) {
  auto parts = read_report_parts(message);
  if (!is_report(parts)) return {};
  return ReportReader(std::move(parts)).read();
}

}  // namespace mxpulse::bounce
