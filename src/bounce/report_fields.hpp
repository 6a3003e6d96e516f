// The fields of a delivery report (RFC 3464 2.1): blocks of "Name: value" lines with blank lines between them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mxpulse::bounce {

inline constexpr std::size_t kRecipientsMax = 1000;  // of one report; what comes after them is left out

class FieldBlock {
 public:
  void add(std::string_view name, std::string_view value);
  void continue_last(std::string_view folded);

  bool empty() const { return fields_.empty(); }
  // The first field of this name, case ignored; empty if there is none.
  std::string_view value(std::string_view name) const;
  // The first field whose name ends so: "X-Postfix-Queue-ID" and its like bear the name of the site's own mail system.
  std::string_view value_of_name_ending(std::string_view end) const;
  bool names_a_recipient() const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// Any bytes; lines that are no fields are passed over. Bounded in blocks, fields and bytes of a value. Pure.
std::vector<FieldBlock> read_field_blocks(std::string_view text);

// "rfc822; user@example.org" -> {"rfc822", "user@example.org"}; a value without a type is all text.
struct TypedValue {
  std::string_view type;
  std::string_view text;
};
TypedValue split_type(std::string_view value);

std::string_view trimmed(std::string_view text);
// Every run of blanks and line ends becomes one blank: reports fold an MTA's words anywhere.
std::string on_one_line(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace mxpulse::bounce
