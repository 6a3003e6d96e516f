#include "demo/sender.hpp"

#include "demo/delivery_event.hpp"
#include "demo/script.hpp"

namespace mxpulse::demo {

constexpr int kPause = 4;  // seconds from one message for a destination to the next

Sender::Sender(net::Loop& loop, const Clock& clock) : clock_(clock), second_(loop, [this] { send(++time_); }) {}

// A quarter of the destinations has its turn each second.
void Sender::send(std::chrono::seconds time) {
  const auto& destinations = scripted_destinations();
  for (std::size_t i = static_cast<std::size_t>(time.count() % kPause); i < destinations.size(); i += kPause)
    log_.add(delivery_event(destinations[i], time, messages_++, clock_.now().system));
}

}  // namespace mxpulse::demo
