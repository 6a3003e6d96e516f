#include "net/deadline_wheel.hpp"

#include <algorithm>

namespace mxpulse::net {

DeadlineWheel::DeadlineWheel(Time now) : reached_(now / kTick) {
  for (Deadline& slot : slots_) slot.next_ = slot.previous_ = &slot;
  due_.next_ = due_.previous_ = &due_;
}

void DeadlineWheel::set(Deadline& deadline, Time due) {
  clear(deadline);
  const std::int64_t tick = (due + kTick - Time(1)) / kTick;
  deadline.tick_ = std::max(tick, reached_ + 1);
  link(slots_[static_cast<std::size_t>(deadline.tick_) % kSlots], deadline);
}

void DeadlineWheel::clear(Deadline& deadline) {
  if (deadline.next_ == nullptr) return;
  deadline.previous_->next_ = deadline.next_;
  deadline.next_->previous_ = deadline.previous_;
  deadline.next_ = deadline.previous_ = nullptr;
}

DeadlineWheel::Deadline* DeadlineWheel::take(Time now) {
  while (due_.next_ == &due_ && reached_ < now / kTick) collect(++reached_);
  if (due_.next_ == &due_) return nullptr;
  Deadline* first = due_.next_;
  clear(*first);
  return first;
}

std::optional<DeadlineWheel::Time> DeadlineWheel::next() const {
  if (due_.next_ != &due_) return reached_ * kTick;
  for (std::int64_t tick = reached_ + 1; tick <= reached_ + static_cast<std::int64_t>(kSlots); ++tick) {
    const Deadline& slot = slots_[static_cast<std::size_t>(tick) % kSlots];
    if (slot.next_ != &slot) return tick * kTick;
  }
  return std::nullopt;
}

void DeadlineWheel::link(Deadline& ring, Deadline& deadline) {
  deadline.previous_ = ring.previous_;
  deadline.next_ = &ring;
  ring.previous_->next_ = &deadline;
  ring.previous_ = &deadline;
}

void DeadlineWheel::collect(std::int64_t tick) {
  Deadline& slot = slots_[static_cast<std::size_t>(tick) % kSlots];
  for (Deadline* one = slot.next_; one != &slot;) {
    Deadline* after = one->next_;
    if (one->tick_ <= tick) {
      clear(*one);
      link(due_, *one);
    }
    one = after;
  }
}

}  // namespace mxpulse::net
