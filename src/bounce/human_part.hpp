// What a delivery report tells people, recipient by recipient.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mxpulse::bounce {

struct Complaint {
  std::string recipient;  // "user@example.org"
  std::string words;      // what the report says of it, with its line ends
};

// Finds the recipients a report names in its text, and what it says of each: qmail's paragraphs, Exim's indented lines,
// Sendmail's transcript, and sentences about one address. A recipient without words of its own has those of the next one
// that has some: lists put the reason last. At most kRecipientsMax, each with at most 4 KiB of words. Pure.
std::vector<Complaint> read_complaints(std::string_view notice);

}  // namespace mxpulse::bounce
