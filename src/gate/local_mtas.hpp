// The MTAs of this machine: Postfix and Exim.
#pragma once

#include "gate/mtas.hpp"
#include "net/loop.hpp"

namespace mxpulse::gate {

class LocalMtas final : public Mtas {
 public:
  explicit LocalMtas(net::Loop& loop) : loop_(loop) {}

  std::vector<Mta> make(const MtaOptions& options, const OnFailure& on_failure) override;
  Result<Guard> guard(const HoldFiles& files) override;

 private:
  net::Loop& loop_;
};

}  // namespace mxpulse::gate
