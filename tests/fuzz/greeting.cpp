// An SMTP reply that arrives in two pieces is read as one that arrives whole.
#include "probe/greeting.hpp"

#include "fuzz/input.hpp"

using namespace mxpulse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Pieces input(fuzz::text_of(data, size));
  const std::size_t cut = input.byte();
  const auto text = input.rest();
  probe::Greeting whole;
  whole.take(text);
  probe::Greeting pieces;
  pieces.take(text.substr(0, cut));
  if (pieces.state() == probe::Greeting::State::kUnfinished) pieces.take(text.substr(std::min(cut, text.size())));
  fuzz::must(whole.end() == pieces.end(), "pieces change nothing");
  fuzz::must(whole.last_line().size() <= probe::kLineMax, "the line has its bound");
  if (whole.state() != probe::Greeting::State::kComplete) return 0;
  fuzz::must(whole.code() == pieces.code(), "nor the code");
  fuzz::must(whole.code() >= 200 && whole.code() <= 599, "the code is one");
  return 0;
}
