#include "probe/banner_prober.hpp"

namespace mxpulse::probe {

BannerProber::BannerProber(net::Loop& loop, const Clock& clock, Options options, ProbeListener& listener)
    : loop_(loop), clock_(clock), options_(std::move(options)), listener_(listener) {}

void BannerProber::probe(const Address& address) {
  BannerProbe& probe = probes_.emplace_front(loop_, clock_, address, *this);
  probe.place = probes_.begin();
  if (auto failed = probe.begin(options_)) {
    probes_.pop_front();
    tell_later(address, std::move(*failed));
  }
}

void BannerProber::told(BannerProbe& probe, const ProbeResult& result) {
  const Address address = probe.address();
  listener_.probed(address, result);
}

void BannerProber::over(BannerProbe& probe) { probes_.erase(probe.place); }

void BannerProber::tell_later(const Address& address, ProbeResult result) {
  ++untold_;
  loop_.post([this, still = std::weak_ptr(alive_), address, result = std::move(result)] {
    if (still.expired()) return;
    --untold_;
    listener_.probed(address, result);
  });
}

}  // namespace mxpulse::probe
