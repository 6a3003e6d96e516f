#include "health/recent_texts.hpp"

#include <string>

#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::health;

TEST_CASE("a text that came lately is given out again, one that came long ago anew") {
  RecentTexts texts;
  const SharedText first = texts.get("nothing answers");
  CHECK(texts.get("nothing answers").c_str() == first.c_str());
  CHECK(texts.get("").empty());
  for (int i = 0; i < 20; ++i) CHECK(texts.get(std::to_string(i)).view() == std::to_string(i));
  const SharedText anew = texts.get("nothing answers");
  CHECK(anew == first);
  CHECK(anew.c_str() != first.c_str());
}
