// Deadlines of which most never come: setting and clearing one costs the same however many there are.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace mxpulse::net {

// A hashed timing wheel (Varghese and Lauck, 1987): a deadline lies in the slot of its tick; one more than a round ahead lies
// there too, and is passed over until its round. Times are milliseconds of any clock that never goes back.
class DeadlineWheel {
 public:
  using Time = std::chrono::milliseconds;
  static constexpr Time kTick{8};  // a deadline is told at most so late
  static constexpr std::size_t kSlots = 4096;

  // To be derived from: what is in the wheel is where its owner put it. Its owner clears it before it goes.
  class Deadline {
   private:
    friend class DeadlineWheel;
    Deadline* next_ = nullptr;
    Deadline* previous_ = nullptr;
    std::int64_t tick_ = 0;
  };

  explicit DeadlineWheel(Time now);
  DeadlineWheel(const DeadlineWheel&) = delete;
  DeadlineWheel& operator=(const DeadlineWheel&) = delete;

  // Setting it again moves it.
  void set(Deadline& deadline, Time due);
  static void clear(Deadline& deadline);

  // Takes out one that is due, in the order of ticks; null while none is.
  Deadline* take(Time now);
  // Not later than the next one is due; empty when there is none.
  std::optional<Time> next() const;

 private:
  static void link(Deadline& ring, Deadline& deadline);
  void collect(std::int64_t tick);

  std::array<Deadline, kSlots> slots_;  // each a ring, closed by the slot itself
  Deadline due_;                        // a ring too: reached, and not taken yet
  std::int64_t reached_;                // the last tick that was collected
};

}  // namespace mxpulse::net
