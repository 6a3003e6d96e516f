#include "gate/local_mtas.hpp"

#include "gate/postfix_queue.hpp"
#include "gate/socketmap.hpp"

namespace mxpulse::gate {

std::vector<Mta> LocalMtas::make(const MtaOptions& options, const OnFailure& on_failure) {
  std::vector<Mta> mtas;
  const auto& [postfix, exim] = options.files;
  if (!postfix.table.empty() || options.socketmap) {
    Mta& mta = mtas.emplace_back(Mta{"postfix", {}, nullptr});
    mta.queue = std::make_unique<PostfixQueue>(loop_, postfix.config_directory);
    if (!postfix.table.empty()) mta.tables.push_back(std::make_unique<PostfixTable>(loop_, postfix));
    if (options.socketmap) {
      auto served = Socketmap::serve(loop_, *options.socketmap, postfix.transport);
      if (served)
        mta.tables.push_back(std::move(*served));
      else
        on_failure(mta.name, served.why());
    }
  }
  if (!exim.hold_file.empty()) {
    Mta& mta = mtas.emplace_back(Mta{"exim", {}, nullptr});
    mta.queue = std::make_unique<EximQueue>(loop_, exim.program);
    mta.tables.push_back(std::make_unique<EximHoldFile>(loop_, exim.hold_file));
  }
  return mtas;
}

Result<Mtas::Guard> LocalMtas::guard(const HoldFiles& files) {
  auto started = HoldGuard::start(files);
  if (!started) return Result<Guard>::failure(started.why());
  return Guard(std::move(*started));
}

}  // namespace mxpulse::gate
