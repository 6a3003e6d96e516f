#include "mxpulse/shared_text.hpp"

#include <optional>

#include "support/catch.hpp"

using namespace mxpulse;

TEST_CASE("copies of a text are one block, and it outlives the first") {
  std::optional<SharedText> first(SharedText("mx.example.org"));
  const SharedText copy = *first;
  CHECK(copy.view().data() == first->view().data());
  first.reset();
  CHECK(copy.view() == "mx.example.org");
  CHECK(std::string_view(copy.c_str()) == "mx.example.org");
}

TEST_CASE("an empty text has no block") {
  CHECK(SharedText("").empty());
  CHECK(SharedText() == SharedText(""));
  CHECK(std::string_view(SharedText().c_str()).empty());
}
