// Asks addresses for their SMTP greeting.
#pragma once

#include <list>
#include <memory>

#include "mxpulse/prober.hpp"
#include "probe/banner_probe.hpp"

namespace mxpulse::probe {

// Owns every conversation it begins; destroying it ends them untold. The listener must not destroy it.
class BannerProber final : public Prober, public ProbeOwner {
 public:
  BannerProber(net::Loop& loop, const Clock& clock, Options options, ProbeListener& listener);

  // For probes begun from now on.
  void set_options(Options options) { options_ = std::move(options); }

  void probe(const Address& address) override;
  std::size_t in_flight() const override { return probes_.size() + untold_; }

 private:
  void told(BannerProbe& probe, const ProbeResult& result) override;
  void over(BannerProbe& probe) override;
  void tell_later(const Address& address, ProbeResult result);

  net::Loop& loop_;
  const Clock& clock_;
  Options options_;
  ProbeListener& listener_;
  std::list<BannerProbe> probes_;
  std::size_t untold_ = 0;                                 // failed at once, told in a later turn
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // what is posted checks that we still are
};

}  // namespace mxpulse::probe
