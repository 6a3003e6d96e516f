#include "gate/socketmap.hpp"

#include "fuzz/input.hpp"

using namespace mxpulse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::set<DomainName> held{*DomainName::parse("held.example")};
  const auto bytes = fuzz::text_of(data, size);
  const auto turn = gate::Socketmap::answer(bytes, held, "mxhold");
  fuzz::must(turn.used <= bytes.size(), "no more is used than there is");
  fuzz::must(turn.answers.size() <= 32 * (bytes.size() + 1), "the answers have their bound");
  return 0;
}
