// Where an earlier run left a feed, as the database gives it back: one that is taken is given again as it was.
#include "bounce/log_position.hpp"
#include "bounce/maildir.hpp"
#include "fuzz/input.hpp"

using namespace mxpulse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  if (const auto position = bounce::LogPosition::parse(text))
    fuzz::must(bounce::LogPosition::parse(position->text()) == position, "a position survives its text");
  bounce::Maildir maildir("/nonexistent", [](std::string_view) {});
  if (!maildir.resume(text)) return 0;
  const auto again = maildir.position();
  bounce::Maildir other("/nonexistent", [](std::string_view) {});
  fuzz::must(other.resume(again) && other.position() == again, "so does a Maildir's");
  return 0;
}
