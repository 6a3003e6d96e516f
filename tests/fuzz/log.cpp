// A log in the dialect of MXPULSE_FUZZ_PARSER, line by line: what earlier lines left behind meets the later ones.
#include "bounce/log_parser.hpp"
#include "fuzz/event_promises.hpp"

using namespace mxpulse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parser = bounce::MXPULSE_FUZZ_PARSER();
  const SystemTime now{std::chrono::seconds(1'790'000'000)};
  auto log = fuzz::text_of(data, size);
  while (!log.empty()) {
    const auto line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(line.size() + 1, log.size()));
    parser->take(line, now, [](const BounceEvent& event) {
#ifndef MXPULSE_FUZZ_GIVEN_CLASS  // NDJSON takes the class that it is given
      fuzz::check(event);
#else
      fuzz::must(event.text.size() <= kBounceTextMax, "the text has its bound");
#endif
    });
  }
  return 0;
}
