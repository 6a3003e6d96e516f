#include "bounce/words.hpp"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "mxpulse/address_range.hpp"

namespace mxpulse::bounce {
namespace {

struct Rule {
  const char* pattern;  // RE2, case ignored
  Meaning meaning;
};

constexpr Meaning kSuspended{BounceClass::kSuspended, {}};
constexpr Meaning no_answer(Cause cause) { return {BounceClass::kNoAnswer, cause}; }
constexpr Meaning kDnsTemporary{BounceClass::kDnsTemporary, Cause::kDnsTemporary};
constexpr Meaning dns_permanent(Cause cause) { return {BounceClass::kDnsPermanent, cause}; }
constexpr Meaning kOther{BounceClass::kOther, {}};

// The first that matches decides, so the narrow ones stand above the broad ones.
constexpr std::array kRules{
    // Put off by the MTA itself, without an attempt: no evidence of anything.
    Rule{"deferred transport|domain is held|retry time not (yet )?reached|retry timeout exceeded", kSuspended},
    Rule{"have been failing for a long time|connection limit reached for all hosts|domain is marked down", kSuspended},
    Rule{"queue is suspended|ready queue throttled|returning message to scheduled queue|throttled message rate|watchdog aborted|"
         "queue_(smtp_)?domains",
         kSuspended},
    // Words of another matter with the words of ours in them.
    Rule{"STARTTLS|TLS (session|handshake|negotiation|connect|error)|certificate|too many hops|(loops?|points) back "
         "to",
         kOther},
    Rule{"Command output:|failed to expand|gave DEFER|(LDAP|SQL|database) server",
         kOther},  // a program, a database of the machine
    Rule{"mailbox is full|quota exceeded|over quota", kOther},
    // A conversation that broke after the handshake: the host lives.
    Rule{"timeout writing message|while (sending|receiving the (STARTTLS|MAIL|RCPT)|performing the (STARTTLS|TLS))|timeout after "
         "(MAIL|RCPT|DATA|end of "
         "data|"
         "pipelined|sending data|STARTTLS|TLS|AUTH|QUIT)|in response to (MAIL|RCPT|DATA|end of data|pipelined|sending "
         "data|STARTTLS)",
         kOther},
    // DNS: temporary first, for its texts contain the permanent ones.
    Rule{
        "Host not found, try again|host lookup did not complete|host address lookups failed temporarily|host name lookup failure",
        kDnsTemporary},
    Rule{"MX lookup failed temporarily|CNAME lookup failed temporarily|couldn.t find any host by that name|"
         "Temporary (failure in )?(MX )?(lookup|name resolution)|temporary MX lookup error",
         kDnsTemporary},
    Rule{"Name service error.*(Malformed (or unexpected )?name server reply|try again)|unable to look up host .*(try "
         "again|temporar|non-recoverable)",
         kDnsTemporary},
    Rule{"DNS lookup failure: host \\S+ not found", dns_permanent(Cause::kNoSuchDomain)},  // DragonFly gave up on it
    Rule{"DNS soft error|DNS query failed|DNS lookup failure|unable to lookup DNS|could not contact DNS servers|"
         "name server timeout|DNS (lookup )?timed? ?out|SERVFAIL|queryMx E(TIMEOUT|CONNREFUSED)|failed to resolve queue|"
         "MX didn.t resolve to any hosts",
         kDnsTemporary},
    Rule{"null ?MX|(domain|host)( \\S+)? does not accept (e-?)?mail|indicated no SMTP service", dns_permanent(Cause::kNullMx)},
    Rule{"Host found but no data record|host address lookups failed permanently|lookup of host \\S+ failed|had no relevant "
         "answers|returned answer with no data|"
         "missing MX, or all MXs point to missing|MX records point to non-existent hosts|no MX (record )?found|no MX or A for "
         "domain|couldn.t find a mail exchanger or IP address|no mail ?(servers?|hosts?) (for|appear)|"
         "no address associated with|name has no usable address",
         dns_permanent(Cause::kNoAddress)},
    Rule{"Name service error.*(Host not found|invalid host)|host not found|host unknown|unknown host|no such domain|NXDOMAIN|"
         "Unrouteable (mail )?(address|domain)|domain does not exist|DNS domain .* does not exist|domain name not found|"
         "name or service not known|name nor servname|name does not resolve|not a known TCP/IP host",
         dns_permanent(Cause::kNoSuchDomain)},
    Rule{"couldn.t find any host named|(illegal|invalid) host/domain name|DNS hard error|"
         "^([245]\\d\\d )?([245]\\.\\d+\\.\\d+ )?invalid domain$",
         dns_permanent(Cause::kNoSuchDomain)},
    // The connection.
    Rule{"connection refused|ECONNREFUSED|actively refused|(socket|winsock) error( code)?:? 10061|os error 111",
         no_answer(Cause::kRefused)},
    Rule{"no route to host|network (is|was) unreachable|host (is )?unreachable|unreachable (host|network)|host (is )?down|"
         "EHOSTUNREACH|ENETUNREACH|(socket|winsock) error( code)?:? 100(51|65)|no valid route|not reachable",
         no_answer(Cause::kUnreachable)},
    // The connection stood, but no greeting came. Exim with TCP Fast Open says this of an unanswered SYN too.
    Rule{
        "timed out while (receiving the initial server greeting|performing the (EHLO|HELO|LHLO) handshake)|during client "
        "greeting|reading banner|read timeout$|timeout after (EHLO|HELO)|while reading the greeting|greeting (timeout|timed out)",
        no_answer(Cause::kSilent)},
    Rule{"SMTP timeout after initial connection|timeout after initial connection", no_answer(Cause::kTimeout)},
    Rule{"(lost connection with|connection with) .* while (receiving the initial server greeting|performing the (EHLO|HELO|LHLO) "
         "handshake)|closed connection in response to (initial connection|EHLO|HELO)|connection died|connection (was "
         ")?(reset|dropped)|"
         "ECONNRESET|dropped connection without sending|closed unexpectedly|closed abruptly|forcibly closed|reset by peer",
         no_answer(Cause::kDropped)},
    Rule{"connect(ion)? timed? ?out|operation timed out|connect(ion)? timeout|ETIMEDOUT|SocketTimedout|os error 110|"
         "(socket|winsock) error( code)?:? 10060|timed out while connecting|timeout( after \\S+)? while connecting|: timed out|"
         "unable to connect|failed to connect|timeout waiting on connect|did not (properly respond|respond in a timely)",
         no_answer(Cause::kTimeout)},
    Rule{"wasn.t able to establish an SMTP connection|no answer from (any )?host|did not accept our requests to connect|"
         "network error on destination MXs|failed to establish connection|no SMTP servers were available|tried all MXs|"
         "no (usable MXs|MXs for this domain could be reached)|(could not|can.t|cannot) connect to|connect(ion)? to .* failed|"
         "unable to connect successfully|could not initiate SMTP conversation|"
         "(remote|destination|mail|recipient)(.s)? (host|server|system)( \\S+)? ((is )?(not|no longer) responding|did not "
         "respond)|"
         "\\bhost \\S+ (is )?not responding",
         {BounceClass::kNoAnswer, {}}},
};

const RE2::Set& rules() {
  static const RE2::Set set = [] {
    RE2::Options options;
    options.set_case_sensitive(false);
    options.set_log_errors(false);
    options.set_encoding(RE2::Options::EncodingLatin1);  // any bytes are text
    RE2::Set made(options, RE2::UNANCHORED);
    for (const Rule& rule : kRules) made.Add(rule.pattern, nullptr);
    made.Compile();
    return made;
  }();
  return set;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<Meaning> read_local_words(std::string_view text) {
  std::vector<int> matched;
  if (!rules().Match(re2::StringPiece(text.data(), text.size()), &matched)) return std::nullopt;
  return kRules[static_cast<std::size_t>(*std::min_element(matched.begin(), matched.end()))].meaning;
}

Meaning read_reply(int code) {
  switch (code / 100) {
    case 2: return {BounceClass::kDelivered, {}};
    case 4: return {BounceClass::kBusy, Cause::kBusy};
    case 5: return {BounceClass::kRejected, Cause::kRejecting};
    default: return kOther;
  }
}

std::string_view find_enhanced_code(std::string_view text) {
  for (std::size_t at = 0; at + 5 <= text.size(); ++at) {
    const bool starts = (text[at] == '2' || text[at] == '4' || text[at] == '5') && text[at + 1] == '.' &&
                        (at == 0 || (!is_digit(text[at - 1]) && text[at - 1] != '.'));
    if (!starts) continue;
    std::size_t end = at + 2;
    const auto digits = [&] {
      const auto begin = end;
      while (end < text.size() && is_digit(text[end]) && end - begin < 4) ++end;
      return end - begin;
    };
    const auto subject = digits();
    if (subject < 1 || subject > 3 || end >= text.size() || text[end] != '.') continue;
    ++end;
    const auto detail = digits();
    const bool goes_on =
        end < text.size() && (is_digit(text[end]) || (text[end] == '.' && end + 1 < text.size() && is_digit(text[end + 1])));
    if (detail >= 1 && detail <= 3 && !goes_on) return text.substr(at, end - at);
  }
  return {};
}

std::optional<int> reply_code_at_start(std::string_view text) {
  if (text.size() < 3 || !std::all_of(text.begin(), text.begin() + 3, is_digit)) return std::nullopt;
  if (text.size() > 3 && text[3] != ' ' && text[3] != '-') return std::nullopt;
  const int code = (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
  return code >= 200 && code <= 599 ? std::optional(code) : std::nullopt;
}

std::size_t find_unquoted(std::string_view text, char end) {
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (quoted && text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[at] == end) {
      return at;
    }
  }
  return std::string_view::npos;
}

std::optional<DomainName> domain_of_recipient(std::string_view recipient) {
  if (recipient.ends_with('>')) recipient.remove_suffix(1);
  const auto at = recipient.rfind('@');
  if (at == std::string_view::npos || at + 1 == recipient.size() || recipient[at + 1] == '[') return std::nullopt;
  const auto name = DomainName::parse(recipient.substr(at + 1));
  return name ? std::optional(*name) : std::nullopt;
}

bool is_own_hop(const std::optional<Address>& address) {
  static const auto kLoopback4 = *AddressRange::parse("127.0.0.0/8");
  static const auto kLoopback6 = *AddressRange::parse("::1");
  return address && (kLoopback4.contains(*address) || kLoopback6.contains(*address));
}

std::string bounded_text(std::string_view text) { return std::string(text.substr(0, kBounceTextMax)); }

}  // namespace mxpulse::bounce
