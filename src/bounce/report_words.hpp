// What the words of a delivery report say about one attempt: who said it, and what it means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bounce/words.hpp"

namespace mxpulse::bounce {

struct Reading {
  Meaning meaning;
  SaidBy said_by = SaidBy::kLocal;
  std::optional<int> reply_code;
  std::string enhanced_code;
};

// Sendmail quotes all that a remote host says ("<<< 550"): where it quotes nothing, its replies with words of ours are its own.
enum class Unquoted : std::uint8_t { kMayBeRemote, kIsOwn };

// A Diagnostic-Code without its type. `is_smtp`: the type claims that the text is a remote host's reply; it is so unless
// the words are ones that an MTA writes in a reply's place ("550 Host unknown", "554 4.4.7 Message expired ...<421 4.4.2
// Connection timed out>"). Nothing when the words decide nothing: an expiry without its cause, words none of ours. Pure.
std::optional<Reading> read_diagnostic(std::string_view text, bool is_smtp, Unquoted unquoted = Unquoted::kMayBeRemote);

// What the report tells people of one recipient; several attempts may be told, of which the first that decides is taken.
std::optional<Reading> read_notice(std::string_view words, Unquoted unquoted = Unquoted::kMayBeRemote);

// Whether the text quotes what a remote host said ("<<< 550", "host H said: ", "SMTP error from remote mail server").
bool quotes_remote(std::string_view text);

struct NamedHost {
  std::string host;
  std::optional<Address> address;
};
// The host an MTA's words are about, as most of them write it: "H[192.0.2.1]:25", "H (192.0.2.1)", "refused by H."
NamedHost find_host(std::string_view words);

}  // namespace mxpulse::bounce
