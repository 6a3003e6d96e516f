// What we know about one address: its streak, and the result it stands on.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "health/no_answer_streak.hpp"
#include "health/recent_texts.hpp"
#include "mxpulse/address.hpp"
#include "mxpulse/probe_result.hpp"
#include "mxpulse/saved.hpp"
#include "mxpulse/shared_text.hpp"
#include "mxpulse/unsaved.hpp"

namespace mxpulse::health {

// What is kept of a ProbeResult, in half the room: there are many addresses, and the words are mostly those of another or of before.
struct LastResult {
  using Time = std::chrono::duration<std::uint32_t, std::micro>;  // up to an hour

  Cause cause = Cause::kLocalError;
  bool no_route = false;
  std::optional<std::uint16_t> reply_code;
  std::optional<Time> connect_time;
  std::optional<Time> greeting_time;
  SharedText why;
  SharedText greeting;
};

struct AddressHealth {
  NoAnswerStreak streak;
  std::optional<Cause> settled;          // the cause the state stands on; empty while the state is unknown
  std::optional<LastResult> last;        // the last result of any kind
  std::optional<SystemTime> last_asked;  // of the last result that says something about the host
  // When the MTA last had an answer there while we had none; empty once we have one too, or a day later.
  std::optional<SystemTime> answered_mta;

  // `reasons`: that other addresses have, to share their words.
  Transition record(const ProbeResult& result, Thresholds thresholds, RecentTexts& reasons, Now now);
  // Of a family this machine has no route to, or one that nobody may connect to: not what a sender waits for.
  bool is_left_out() const;
  // It answers the MTA, and has not answered us since.
  bool answers_mta_only() const { return answered_mta && streak.last() && *streak.last() > *answered_mta; }
};

// Every address we ask, once, however many destinations share it.
class AddressBook {
 public:
  explicit AddressBook(Thresholds thresholds) : thresholds_(thresholds) {}

  // New thresholds count from the next result on; no streak is lost.
  void set_thresholds(Thresholds thresholds) { thresholds_ = thresholds; }

  Transition record(const Address& address, const ProbeResult& result, Now now);
  // It was asked; what came of it may be told later. It is not left out any more.
  void asked(const Address& address);
  // The MTA tells of an answer: `result` in its place.
  Transition record_of_mta(const Address& address, const ProbeResult& result, Now now);
  // Null while nothing was recorded. Valid until the next record() or forget().
  const AddressHealth* find(const Address& address) const;
  void forget(const Address& address);
  std::size_t size() const { return known_.size(); }

  // Knows the address as an earlier run did.
  void resume(const SavedAddress& saved, SystemTime now);
  // What is known of it, without its times on the schedule; empty when nothing is.
  std::optional<SavedAddress> saved(const Address& address) const;
  // Those of which something else is known now. An answer of a host that answered as before is nothing new.
  Unsaved<Address>& unsaved() { return unsaved_; }
  const Unsaved<Address>& unsaved() const { return unsaved_; }

 private:
  Thresholds thresholds_;
  RecentTexts reasons_;
  std::unordered_map<Address, AddressHealth> known_;
  Unsaved<Address> unsaved_;
};

}  // namespace mxpulse::health
