// What the words of an MTA say about a delivery that failed, and what a remote host's reply says.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mxpulse/bounce_event.hpp"

namespace mxpulse::bounce {

struct Meaning {
  BounceClass bounce_class = BounceClass::kOther;
  std::optional<Cause> cause;
};

// Reads the MTA's own words (errno texts, DNS failures, its own deferrals); only for text that no remote host said: the
// event decides before the text. Nothing when the words are none we know. Pure.
std::optional<Meaning> read_local_words(std::string_view text);

// A remote host's reply (RFC 5321 4.2.1): 4xx busy, 5xx rejected, 2xx delivered; anything else is other.
Meaning read_reply(int code);

// The first "X.Y.Z" (RFC 3463) in `text`, class 2, 4 or 5; empty if there is none.
std::string_view find_enhanced_code(std::string_view text);

// The three-digit reply code `text` begins with; nothing if it begins otherwise.
std::optional<int> reply_code_at_start(std::string_view text);

// Where `end` stands outside of quotes; npos if it does not.
std::size_t find_unquoted(std::string_view text, char end);

// The domain after the last '@' of "user@example.org" or "<user@example.org>"; nothing for a literal or a bare user.
std::optional<DomainName> domain_of_recipient(std::string_view recipient);

// Whether the address is a hop of the site's own (127.0.0.0/8, ::1): it says nothing about a recipient's domain.
bool is_own_hop(const std::optional<Address>& address);

// Text for an event: at most kBounceTextMax bytes.
std::string bounded_text(std::string_view text);

}  // namespace mxpulse::bounce
