#include "config/load.hpp"
#include "fuzz/input.hpp"

using namespace mxpulse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config = config::parse(fuzz::text_of(data, size), "F");
  fuzz::must(config || config.why().starts_with("F:"), "an error says where");
  return 0;
}
