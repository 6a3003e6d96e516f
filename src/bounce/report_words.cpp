#include "bounce/report_words.hpp"

#include <re2/re2.h>

#include <algorithm>

#include "bounce/report_fields.hpp"

namespace mxpulse::bounce {
namespace {

constexpr int kUnwrapMax = 4;
constexpr std::size_t kHostMax = 255;

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const re2::StringPiece& text) { return {text.data(), text.size()}; }
bool matches(std::string_view text, const RE2& pattern) { return RE2::PartialMatch(piece(text), pattern); }

RE2::Options any_bytes() {
  RE2::Options options;
  options.set_case_sensitive(false);
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_log_errors(false);
  return options;
}

// The MTA's own phrases for "the remote host said this".
const RE2& remote_mark() {
  static const RE2 pattern(
      "<<< ?[245]\\d\\d|\\bsaid:\\s|\\bsaid [245]\\d\\d|\\bsays: |\\breplied: |refused to talk to me: |does not like "
      "(?:recipient|sender)|"
      "but sender was rejected|did not like our |other server returned|SMTP error from remote|Remote SMTP server has rejected|"
      "returned a (?:permanent|temporary|transient) error|rejected by (?:the |a )?(?:remote|recipient|server)|rejected recipient|"
      "refused to accept your message|(?:failed with|responded with failure|it responded as follows|responded with): |Received "
      ">>> |"
      "remote (?:mail )?server (?:replied|responded|rejected)|SMTP Server <[^>]*> (?:rejected|refused)",
      any_bytes());
  return pattern;
}

// Words that an MTA writes in a reply's place although no remote host spoke. Each is anchored or the MTA's own idiom: "554
// mx.example.org Connection refused. 192.0.2.1 is listed" is a remote host's reply with such words in it.
bool is_own_words(std::string_view reply) {
  static const RE2 kWhole(
      "^(?:<[^>]*>|\\S+ \\(e?smtp\\))?(?:\\.\\.\\.|:)? ?(?:Deferred: )?(?:550 )?(?:5\\.1\\.2 )?"
      "(?:(?:Connection|Operation) (?:timed out|refused|reset)(?: by peer)?(?: (?:by|with|during) .*)?|No route to host.*|"
      "(?:Network|Host) (?:is )?(?:unreachable|down).*|Host unknown(?: \\(.*)?|Host does not accept mail|Name server: .*|"
      "Host not reachable|Invalid domain|Unknown domain)\\.?$",
      any_bytes());
  static const RE2 kIdiom(
      "message expired|message timeout|QUEUE\\.Expired|delivery (?:time )?expired|^\\[internal\\]|KumoMTA internal|"
      "^message delayed\\.?$|^reply: read error from |(?:socket|winsock) error code|LastAttemptedServerName|DNS query "
      "failed|error (?:encountered while )?communicating with |(?:network|DNS) error when (?:connecting to|resolving) |no usable "
      "MXs|"
      "^\\(no answer from host\\)|name server timeout$|^javax?\\.|failed to establish connection|unable to lookup DNS|because "
      "the domain is not reachable|host name lookup failure|"
      "DNS (?:hard|soft) error|bad destination host '",
      any_bytes());
  return matches(reply, kWhole) || matches(reply, kIdiom);
}

// Words that tell of an end and hide what led to it.
std::string without_expiry(std::string words) {
  static const RE2 kExpiry(
      ":? ?(?:delivery )?retry time(?:out exceeded| not reached for any host(?: after a long failure period)?)", any_bytes());
  RE2::GlobalReplace(&words, kExpiry, " ");
  return words;
}

// A reply within a reply: SES's "<421 ...>", Momentum's "(last transfail: 454 ...)", Exchange's "-> 421 ...".
std::string_view unwrapped(std::string_view reply) {
  static const RE2 kInner("(?:last transfail: |<|-> )([45]\\d\\d[ -][^>)]*)", RE2::Latin1);
  auto rest = piece(reply);
  re2::StringPiece inner;
  std::string_view last;
  while (RE2::FindAndConsume(&rest, kInner, &inner)) last = view(inner);
  return last;
}

std::string_view after_code(std::string_view reply) {
  reply = trimmed(reply.substr(std::min<std::size_t>(3, reply.size())));
  if (reply.starts_with('-')) reply.remove_prefix(1);
  reply = trimmed(reply);
  const auto enhanced = find_enhanced_code(reply.substr(0, 12));
  return !enhanced.empty() && reply.starts_with(enhanced) ? trimmed(reply.substr(enhanced.size())) : reply;
}

// A host's name may hold any of the words.
std::string without_hosts(std::string words) {
  static const RE2 kHost("[A-Za-z0-9_.-]+\\[[0-9A-Fa-f.:]+\\]", RE2::Latin1);
  RE2::GlobalReplace(&words, kHost, "");
  return words;
}

std::optional<Reading> read_own(std::string_view text) {
  const auto words = without_hosts(std::string(text));
  auto meaning = read_local_words(without_expiry(words));
  if (!meaning) meaning = read_local_words(words);
  if (!meaning) return std::nullopt;
  Reading reading;
  reading.meaning = *meaning;
  reading.enhanced_code = find_enhanced_code(words);
  return reading;
}

// A reply that may be the MTA's own.
std::optional<Reading> read_claimed_reply(std::string_view reply, Unquoted unquoted, int unwraps_left = kUnwrapMax) {
  const auto code = reply_code_at_start(reply);
  if (!code || *code < 400) return std::nullopt;  // a report of a failure: 2xx and 3xx are of other steps
  const auto words = after_code(reply);
  if (is_own_words(words) || (unquoted == Unquoted::kIsOwn && read_local_words(words))) {
    const auto inner = unwrapped(words);
    if (!inner.empty() && unwraps_left > 0) {
      if (auto reading = read_claimed_reply(inner, unquoted, unwraps_left - 1)) return reading;
    }
    auto reading = read_own(words);
    if (!reading) return std::nullopt;
    reading->reply_code = code;
    reading->enhanced_code = find_enhanced_code(reply);
    return reading;
  }
  return Reading{read_reply(*code), SaidBy::kRemote, code, std::string(find_enhanced_code(reply))};
}

// What stands behind the phrase that a remote host spoke; its code may be on the next line, or be none at all.
std::optional<Reading> read_remote(std::string_view words) {
  static const RE2 kCode("(?:^|[\\s:'\"\\[(])([245]\\d\\d)(?:[ \\n-]|$)", RE2::Latin1);
  auto rest = piece(words);
  re2::StringPiece mark;
  bool is_quoted = false;
  while (remote_mark().Match(rest, 0, rest.size(), RE2::UNANCHORED, &mark, 1)) {
    is_quoted = true;
    const auto from = static_cast<std::size_t>(mark.data() - words.data());
    const auto begin = view(mark).starts_with("<<<") ? from + 3 : from;
    auto said = piece(words.substr(begin, 600));
    int code = 0;
    while (RE2::FindAndConsume(&said, kCode, &code)) {
      if (code < 400) continue;
      return Reading{read_reply(code), SaidBy::kRemote, code, std::string(find_enhanced_code(words.substr(begin)))};
    }
    rest.remove_prefix(static_cast<std::size_t>(mark.data() + mark.size() - rest.data()));
  }
  if (!is_quoted) return std::nullopt;
  const auto enhanced = find_enhanced_code(words);
  Reading reading{{}, SaidBy::kRemote, {}, std::string(enhanced)};
  if (enhanced.starts_with('4')) reading.meaning = read_reply(400);
  if (enhanced.starts_with('5')) reading.meaning = read_reply(500);
  return reading;
}

// Sendmail's statement of how the last attempt ended, "<u@example.org>... Deferred: Connection refused by mx.example.org.": what
// other hosts said before it is past. A remote host's reply in its place begins with a code.
std::optional<Reading> read_deferral(std::string_view words) {
  static const RE2 kDeferred("(?m)^Deferred: ([^\\d\\s][^\\n]*)", RE2::Latin1);
  re2::StringPiece reason;
  if (!RE2::PartialMatch(piece(words), kDeferred, &reason)) return std::nullopt;
  return read_own(view(reason));
}

// Every reply that the text gives without saying whose it is, in its order.
std::optional<Reading> read_claims(std::string_view words, Unquoted unquoted) {
  static const RE2 kClaim(
      "(?im)(?:^[ \\t>*]*|reason: ?|returned (?:['\"]|\xe2\x80\x98)|[>)a-z0-9]: |[\\[(]|ResponseCode |ERROR_CODE ?:|error "
      "(?:code )?"
      ")([45]\\d\\d(?:[ ,:-].*|\\]|$))",
      RE2::Latin1);
  static const RE2 kQuantity("^\\d+ (?:hour|minute|day|second|byte|attempt|time|kb|mb)", any_bytes());
  auto rest = piece(words);
  re2::StringPiece claim;
  while (RE2::FindAndConsume(&rest, kClaim, &claim)) {
    std::string reply(view(claim));
    if (matches(reply, kQuantity)) continue;
    static const RE2 kSeparator("^(\\d\\d\\d)(?:[,:] ?)+(?:ERROR_CODE ?:,? ?)?", RE2::Latin1);
    static const RE2 kQuoteEnd("(?:['\"\\])]|\xe2\x80\x99)+\\.?\\s*$", RE2::Latin1);
    RE2::Replace(&reply, kSeparator, "\\1 ");
    RE2::Replace(&reply, kQuoteEnd, "");
    if (auto reading = read_claimed_reply(reply, unquoted)) return reading;
  }
  return std::nullopt;
}

}  // namespace

bool quotes_remote(std::string_view text) { return matches(text, remote_mark()); }

std::optional<Reading> read_diagnostic(std::string_view text, bool is_smtp, Unquoted unquoted) {
  const auto line = on_one_line(text);
  if (auto reading = read_remote(line)) return reading;
  const auto code = is_smtp ? reply_code_at_start(line) : std::nullopt;
  if (code && *code >= 400) return read_claimed_reply(line, unquoted);
  if (is_smtp) {  // a greeting before the reply, or IronPort: "5.1.0 - Unknown address error 550-'5.1.1 ...' (delivery attempts:
                  // 0)"
    static const RE2 kInnerReply(" ([45]\\d\\d(?:-'| [245]\\.\\d\\.\\d).*)", RE2::Latin1);
    re2::StringPiece reply;
    if (RE2::PartialMatch(piece(line), kInnerReply, &reply)) return read_claimed_reply(view(reply), unquoted);
  }
  return read_own(line);
}

std::optional<Reading> read_notice(std::string_view words, Unquoted unquoted) {
  if (auto reading = read_deferral(words)) return reading;
  if (auto reading = read_remote(words)) return reading;
  if (auto reading = read_claims(words, unquoted)) return reading;
  return read_own(on_one_line(words));
}

NamedHost find_host(std::string_view words) {
  static const std::string kHost = "([A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)\\.?";
  static const std::string kIp = "([0-9A-Fa-f.:]+)";
  // The host a message came from stands in brackets too.
  static const RE2 kBracketed("(?i)(?:^|[^A-Za-z0-9_.-])(from )?" + kHost + " ?[\\[(]" + kIp + "[\\])]", RE2::Latin1);
  static const RE2 kGoogle("(?i)(\\[)" + kHost + " (?:" + kIp + "|\\(\\d+\\)): ", RE2::Latin1);
  static const RE2 kPhrase("(?i)(while talking to|connection refused by|timed out with|reset by|\\bhost:|remote server at) " +
                               kHost + "()(?:[\\s:.;,]|$)",
                           RE2::Latin1);
  static const RE2 kBare(
      "(?i)(?:remote host|connected to|port 25 of|giving up on|SMTP Server <|(?:by|server|with|host) \\[|^\\[?)\\s*" + kIp +
          "(?::25)?(?:[\\s\\]>,.]|$)",
      RE2::Latin1);
  std::string before;
  std::string ip;
  for (const RE2* pattern : {&kBracketed, &kGoogle, &kPhrase}) {
    auto rest = piece(words);
    std::string host;
    while (RE2::FindAndConsume(&rest, *pattern, &before, &host, &ip)) {
      const auto address = Address::parse(ip);
      const bool is_plain_name = ip.empty() && host.find('.') != std::string::npos;
      if ((!address && !is_plain_name) || equal_ignoring_case(before, "from ") || equal_ignoring_case(host, "from")) continue;
      // "server (192.0.2.1)", "5.7.1 [192.0.2.1]": only the address is a name.
      const bool is_name = host.find('.') != std::string::npos && host.find_first_not_of("0123456789.") != std::string::npos;
      return {is_name ? host.substr(0, kHostMax) : ip, address};
    }
  }
  auto rest = piece(words);
  while (RE2::FindAndConsume(&rest, kBare, &ip)) {
    while (!ip.empty() && (ip.back() == '.' || ip.back() == ':')) ip.pop_back();
    if (ip.ends_with(":25") && ip.find('.') != std::string::npos) ip.resize(ip.size() - 3);
    if (const auto address = Address::parse(ip)) return {ip, address};
  }
  return {};
}

}  // namespace mxpulse::bounce
