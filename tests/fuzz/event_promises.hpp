// What holds of every bounce event, whoever wrote the words it was read from.
#pragma once

#include "fuzz/input.hpp"
#include "mxpulse/bounce_event.hpp"

namespace mxpulse::fuzz {

inline void check(const BounceEvent& event) {
  must(DomainName::parse(event.destination.text()).operator bool(), "the destination is a domain name");
  must(event.text.size() <= kBounceTextMax, "the text has its bound");
  must(event.host.size() <= 255, "the host has its bound");
  must(event.queue_id.size() <= 255, "the queue id has its bound");
  must(event.enhanced_code.size() <= 9, "the enhanced code has its bound");
  must(!event.reply_code || (*event.reply_code >= 200 && *event.reply_code <= 599), "the reply code is one");
  const bool is_silence = event.bounce_class == BounceClass::kNoAnswer || event.bounce_class == BounceClass::kDnsTemporary;
  must(!is_silence || event.said_by == SaidBy::kLocal, "a remote host's words are no silence");
}

}  // namespace mxpulse::fuzz
