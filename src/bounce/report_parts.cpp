#include "bounce/report_parts.hpp"

#include <gmime/gmime.h>
#include <re2/re2.h>

#include <algorithm>
#include <memory>

#include "bounce/unix_second.hpp"

namespace mxpulse::bounce {
namespace {

constexpr std::size_t kMessageLookedAt = 1u << 20;
constexpr std::size_t kNoticeMax = 65'536;
constexpr int kDepthMax = 8;
constexpr int kChildrenMax = 32;  // of one multipart; a report has three

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
  void operator()(char* text) const { g_free(text); }
  void operator()(GDateTime* time) const { g_date_time_unref(time); }
};
template <typename T>
using Owned = std::unique_ptr<T, Unref>;

std::string text_or_empty(const char* text) { return text ? text : ""; }

// mbox files and pipes put a "From " line first, which is no part of the message; nor are lines of blanks, as saved from a web
// mailer.
std::string_view without_envelope_line(std::string_view message) {
  for (auto end = message.find('\n'); end != std::string_view::npos && trimmed(message.substr(0, end)).empty();
       end = message.find('\n'))
    message.remove_prefix(end + 1);
  if (!message.starts_with("From ")) return message;
  const auto end = message.find('\n');
  return end == std::string_view::npos ? std::string_view{} : message.substr(end + 1);
}

Owned<GMimeMessage> parse(std::string_view message) {
  static const bool initialised = [] {
    g_mime_init();
    return true;
  }();
  static_cast<void>(initialised);
  const Owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(message.data(), message.size()));
  const Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  return Owned<GMimeMessage>(g_mime_parser_construct_message(parser.get(), nullptr));
}

// Decoded from its transfer encoding, in the charset it came in: an MTA's words are ASCII in every one that is in use.
std::string decoded(GMimePart* part) {
  GMimeDataWrapper* content = g_mime_part_get_content(part);
  if (!content) return {};
  const Owned<GMimeStream> stream(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(content, stream.get());
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream.get()));
  return bytes && bytes->data ? std::string(reinterpret_cast<const char*>(bytes->data), bytes->len) : std::string();
}

// ISO-2022-JP writes kanji as ASCII between escapes, '<' and '@' among them; as UTF-8 they are what they are.
std::string decoded_text(GMimePart* part) {
  if (!GMIME_IS_TEXT_PART(part)) return decoded(part);
  const Owned<char> text(g_mime_text_part_get_text(GMIME_TEXT_PART(part)));
  return text_or_empty(text.get());
}

// Enough of HTML to read words out of it; "<user@example.org>" is not a tag.
std::string without_tags(std::string html) {
  static const RE2 kHidden("(?is)<(style|script|head)\\b.*?</(?:style|script|head)>", RE2::Latin1);
  static const RE2 kBreak("(?i)<(?:br|/p|/tr|/div|/li|/h[1-6])\\b[^>]*>", RE2::Latin1);
  static const RE2 kTag("<[^@>]*>", RE2::Latin1);
  RE2::GlobalReplace(&html, kHidden, " ");
  RE2::GlobalReplace(&html, kBreak, "\n");
  RE2::GlobalReplace(&html, kTag, " ");
  const std::pair<const char*, const char*> entities[] = {{"&lt;", "<"},   {"&gt;", ">"},   {"&quot;", "\""}, {"&#39;", "'"},
                                                          {"&nbsp;", " "}, {"&#8203;", ""}, {"&amp;", "&"}};
  for (const auto& [entity, character] : entities) RE2::GlobalReplace(&html, entity, character);
  return html;
}

class PartReader {
 public:
  explicit PartReader(ReportParts& parts) : parts_(parts) {}

  void read(GMimeObject* object, int depth) {
    if (!object || depth > kDepthMax) return;
    if (GMIME_IS_MULTIPART(object)) {
      const int count = std::min(g_mime_multipart_get_count(GMIME_MULTIPART(object)), kChildrenMax);
      for (int i = 0; i < count; ++i) read(g_mime_multipart_get_part(GMIME_MULTIPART(object), i), depth + 1);
    } else if (GMIME_IS_MESSAGE_PART(object)) {
      take_returned(g_mime_message_part_get_message(GMIME_MESSAGE_PART(object)));
    } else if (GMIME_IS_PART(object)) {
      take_leaf(GMIME_PART(object));
    }
  }

  std::string notice() { return trimmed(plain_).empty() ? without_tags(std::move(html_)) : std::move(plain_); }

 private:
  void take_leaf(GMimePart* part) {
    GMimeContentType* type = g_mime_object_get_content_type(GMIME_OBJECT(part));
    if (!type) return;
    if (g_mime_content_type_is_type(type, "message", "delivery-status") ||
        g_mime_content_type_is_type(type, "message", "global-delivery-status")) {
      for (auto& block : read_field_blocks(decoded(part))) {
        if (parts_.blocks.size() <= kRecipientsMax) parts_.blocks.push_back(std::move(block));
      }
    } else if (g_mime_content_type_is_type(type, "message", "feedback-report") ||
               g_mime_content_type_is_type(type, "message", "disposition-notification")) {
      parts_.is_another_report = true;
    } else if (g_mime_content_type_is_type(type, "text", "rfc822-headers") ||
               g_mime_content_type_is_type(type, "message", "global-headers")) {
      take_header(decoded(part));
    } else if (!past_notice_ && g_mime_content_type_is_type(type, "text", "plain")) {
      append(plain_, decoded_text(part));
    } else if (!past_notice_ && g_mime_content_type_is_type(type, "text", "html")) {
      append(html_, decoded_text(part));
    }
  }

  static void append(std::string& text, std::string_view more) {
    if (text.size() < kNoticeMax) text.append(more.substr(0, kNoticeMax - text.size())).append("\n");
  }

  void take_header(const std::string& text) {
    past_notice_ = true;
    auto blocks = read_field_blocks(text);
    if (!blocks.empty() && parts_.returned.empty()) parts_.returned = std::move(blocks.front());
  }

  void take_returned(GMimeMessage* message) {
    past_notice_ = true;
    if (!message || !parts_.returned.empty()) return;
    for (const char* name : {"Message-ID", "To", "X-Failed-Recipients"}) {
      const char* value = g_mime_object_get_header(GMIME_OBJECT(message), name);
      if (value) parts_.returned.add(name, value);
    }
  }

  ReportParts& parts_;
  bool past_notice_ = false;
  std::string plain_;
  std::string html_;
};

void read_header(GMimeMessage* message, ReportParts& parts) {
  const auto header = [&](const char* name) { return text_or_empty(g_mime_object_get_header(GMIME_OBJECT(message), name)); };
  parts.sender = header("From");
  parts.subject = header("Subject");
  parts.failed_recipients = header("X-Failed-Recipients");
  parts.date = read_date(header("Date"));
  GMimeObject* body = g_mime_message_get_mime_part(message);
  GMimeContentType* type = body ? g_mime_object_get_content_type(body) : nullptr;
  if (!type || !g_mime_content_type_is_type(type, "multipart", "report")) return;
  const std::string kind = text_or_empty(g_mime_content_type_get_parameter(type, "report-type"));
  parts.is_delivery_report = kind.empty() || equal_ignoring_case(kind, "delivery-status");
  parts.is_another_report = equal_ignoring_case(kind, "feedback-report") || equal_ignoring_case(kind, "disposition-notification");
}

// Where an MTA that knows no MIME begins to quote the message: its own heading, or the first line of a header.
std::size_t begin_of_returned(std::string_view notice) {
  static const RE2 kBegin(
      "(?im)^(?:[-\\s|>*=.]*(?:this is a copy of (?:the|your) message|below this line is a copy|the header of the original|"
      "(?:below|enclosed) is a copy of the|original message headers|original message (?:follows|--)|original mail(?: info)?\\s*$|"
      "(?:unsent|returned|failed) message(?: (?:follows|text))?[ :-]*$|message (?:headers?|text) follows|returned message\\b|"
      "included is a copy of the message|-* ?original message\\b)"
      "|(?:received|return-path|dkim-signature|x-received|arc-seal|delivered-to): ?\\S).*",
      RE2::Latin1);
  re2::StringPiece rest(notice.data(), notice.size());
  re2::StringPiece match;
  if (!kBegin.Match(rest, 0, rest.size(), RE2::UNANCHORED, &match, 1)) return notice.size();
  return static_cast<std::size_t>(match.data() - notice.data());
}

// Old MTAs write all in one text: the fields of the report in the midst of it, the returned message at its end.
void cut_returned(ReportParts& parts) {
  if (parts.blocks.empty()) {
    for (auto& block : read_field_blocks(parts.notice)) {
      if (block.names_a_recipient()) parts.blocks.push_back(std::move(block));
    }
    parts.blocks_are_text = true;
  }
  const auto begin = begin_of_returned(parts.notice);
  if (parts.returned.empty()) {
    for (auto& block : read_field_blocks(std::string_view(parts.notice).substr(begin))) {
      if (block.value("Message-ID").empty() && block.value("To").empty()) continue;
      parts.returned = std::move(block);
      break;
    }
  }
  parts.notice.resize(begin);
}

}  // namespace

ReportParts read_report_parts(std::string_view message) {
  ReportParts parts;
  message = without_envelope_line(message.substr(0, kMessageLookedAt));
  const auto parsed = parse(message);
  if (!parsed) return parts;
  read_header(parsed.get(), parts);
  PartReader reader(parts);
  reader.read(g_mime_message_get_mime_part(parsed.get()), 0);
  parts.notice = reader.notice();
  if (trimmed(parts.notice).empty() && parts.blocks.empty()) {  // boundaries that are nowhere in the body: read it as it is
    static const RE2 kBlankLine("\r?\n\r?\n", RE2::Latin1);
    re2::StringPiece body(message.data(), message.size());
    if (RE2::FindAndConsume(&body, kBlankLine)) parts.notice = std::string(body.data(), std::min(body.size(), kNoticeMax));
  }
  cut_returned(parts);
  return parts;
}

std::optional<SystemTime> read_date(std::string_view text) {
  const auto line = on_one_line(text);
  const Owned<GDateTime> time(line.empty() ? nullptr : g_mime_utils_header_decode_date(line.c_str()));
  if (!time) return std::nullopt;
  return at_unix_second(g_date_time_to_unix(time.get()));
}

}  // namespace mxpulse::bounce
