// A whole message taken apart into what a delivery report is read from.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bounce/report_fields.hpp"
#include "mxpulse/time.hpp"

namespace mxpulse::bounce {

struct ReportParts {
  bool is_delivery_report = false;  // multipart/report; report-type=delivery-status
  bool is_another_report = false;   // of a complaint (ARF) or of a message being read (MDN)
  std::string sender;               // From
  std::string subject;
  std::string failed_recipients;  // X-Failed-Recipients, as Exim and Google write it
  std::optional<SystemTime> date;
  std::string notice;              // what is written for people, the returned message cut off if it stands in the same text
  std::vector<FieldBlock> blocks;  // of message/delivery-status, or of a text that holds its fields
  bool blocks_are_text = false;    // the latter: anyone may have pasted them
  FieldBlock returned;             // the returned message's header
};

// Reads at most 1 MiB of the message and never looks into the returned one: that may be a report itself.
ReportParts read_report_parts(std::string_view message);

// The instant of an RFC 5322 date; nothing before 1970 or after 2191.
std::optional<SystemTime> read_date(std::string_view text);

}  // namespace mxpulse::bounce
