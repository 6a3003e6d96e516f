#include "http/guests.hpp"

#include <sys/socket.h>

#include <algorithm>

namespace mxpulse::http {

void Guests::came(int socket, const Address& address) {
  const auto is_neighbour = [&](const Guest& guest) { return guest.address == address; };
  const auto neighbours = std::ranges::count_if(guests_, [&](const auto& entry) { return is_neighbour(entry.second); });
  if (static_cast<std::size_t>(neighbours) >= room_.of_one_address) {
    send_one_away(is_neighbour);
  } else if (guests_.size() >= room_.in_all) {
    send_one_away([](const Guest&) { return true; });
  }
  guests_[socket] = {address, ++turns_};
}

void Guests::answered(int socket) {
  const auto found = guests_.find(socket);
  if (found != guests_.end()) found->second = {found->second.address, ++turns_};
}

void Guests::must_wait(int socket) {
  const auto found = guests_.find(socket);
  if (found != guests_.end()) found->second.waits_for_us = true;
}

void Guests::went(int socket) { guests_.erase(socket); }

template <typename Among>
void Guests::send_one_away(Among among) {
  auto longest = guests_.end();
  for (auto one = guests_.begin(); one != guests_.end(); ++one) {
    if (one->second.waits_for_us || !among(one->second)) continue;
    if (longest == guests_.end() || one->second.since < longest->second.since) longest = one;
  }
  if (longest == guests_.end()) return;
  shutdown(longest->first, SHUT_RDWR);
  guests_.erase(longest);
}

}  // namespace mxpulse::http
