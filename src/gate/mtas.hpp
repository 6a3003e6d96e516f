// The door to the MTAs that are given holds.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gate/hold_guard.hpp"
#include "gate/mail_queue.hpp"
#include "mxpulse/stream_address.hpp"

namespace mxpulse::gate {

struct MtaOptions {
  HoldFiles files;
  std::optional<StreamAddress> socketmap;  // served in either mode: a Postfix that asks and gets no answer defers all mail

  bool operator==(const MtaOptions&) const = default;
};

struct Mta {
  std::string name;
  std::vector<std::unique_ptr<HoldTable>> tables;
  std::unique_ptr<MailQueue> queue;
};

class Mtas {
 public:
  using OnFailure = std::function<void(std::string_view mta, std::string_view why)>;
  using Guard = std::shared_ptr<void>;  // while it lives

  virtual ~Mtas() = default;
  // Those that the options name. A table that cannot be had is left out, and `on_failure` told inside this call.
  virtual std::vector<Mta> make(const MtaOptions& options, const OnFailure& on_failure) = 0;
  // Empties the files when this process is gone.
  virtual Result<Guard> guard(const HoldFiles& files) = 0;
};

}  // namespace mxpulse::gate
