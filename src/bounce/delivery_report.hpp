// A mail about mail that was not delivered -> what it says about each recipient.
#pragma once

#include <string_view>
#include <vector>

#include "mxpulse/bounce_event.hpp"

namespace mxpulse::bounce {

// A whole message (RFC 5322), any bytes; one event a recipient, at most kRecipientsMax. Reads reports with fields (RFC 3464)
// and those that old MTAs write for people only; nothing comes of a complaint (ARF), a receipt (MDN) or any other mail.
// The event decides before the text: what the remote host said is its reply, whatever words are in it. The queue_id is the
// returned message's Message-ID, so that a delay and the failure after it are one message.
std::vector<BounceEvent> read_delivery_report(std::string_view message);

}  // namespace mxpulse::bounce
