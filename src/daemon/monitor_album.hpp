// The views that Monitor's last picture showed, kept for the next: between two scrapes little changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "daemon/monitor.hpp"
#include "mxpulse/shared.hpp"

namespace mxpulse::daemon {

// A view is drawn anew when Monitor tells that something it shows changed, and when it shows what changes by the clock alone:
// bounces grow old, leases end, trust comes back. Costs memory for those that are shown, and nothing for the others.
class Monitor::Album {
 public:
  explicit Album(const Monitor& monitor) : monitor_(monitor) {}

  void changed(const Address& address);
  void changed(const Destination& destination);
  void everybody_changed() { everybody_changed_ = ++drawings_; }
  void left(const Destination& destination);

  void begin_picture();
  void look_at_trust(SteadyTime now);  // before others are shown at this time
  void show(const Destination& destination, Now now);
  bool shows(const Destination& destination) const;
  std::size_t shown() const { return shown_; }  // in this picture
  // Those that are not shown are kept no more.
  void end_picture(Snapshot& snapshot);

 private:
  struct Kept {
    std::optional<Shared<DestinationView>> view;
    std::uint64_t drawn = 0;  // a later drawing has a greater number
    std::uint32_t picture = 0;
    bool changed = false;
  };
  struct KeptHost {
    Shared<HostView> view;
    std::uint64_t drawn = 0;
    std::uint32_t picture = 0;
    bool changed = false;
  };

  bool is_true(const Kept& kept, const Destination& destination, Now now);
  std::size_t position_of(const MxHost& host, const Address& address);
  void look_again(KeptHost& kept);

  const Monitor& monitor_;
  std::unordered_map<const Destination*, Kept> destinations_;
  std::vector<KeptHost> hosts_;  // a view holds their positions
  std::vector<std::size_t> free_;
  std::unordered_multimap<Address, std::size_t> positions_;  // few names share an address
  std::uint64_t drawings_ = 0;
  std::uint64_t everybody_changed_ = 0;  // after this drawing
  std::uint32_t picture_ = 0;
  std::size_t shown_ = 0;
  Doubts::Trust trust_{};
};

}  // namespace mxpulse::daemon
