#include "mxpulse/domain_name.hpp"

#include "support/catch.hpp"

using mxpulse::DomainName;

TEST_CASE("a name is kept in lower case without its final dot") {
  CHECK(DomainName::parse("Example.ORG.")->text() == "example.org");
}

TEST_CASE("U-labels become A-labels") {
  CHECK(DomainName::parse("b\xC3\xBC"
                          "cher.example")
            ->text() == "xn--bcher-kva.example");
}

TEST_CASE("what is no name is refused with a reason") {
  for (const std::string& text : {std::string(""), std::string("."), std::string("a..b"), std::string(".a"),
                                  std::string("a b.example"), std::string("a\nb"), std::string("x\"y"), std::string("\xff\xfe"),
                                  std::string("nul\0x", 5), std::string(64, 'a') + ".example", std::string(300, 'a')}) {
    CAPTURE(text);
    const auto parsed = DomainName::parse(text);
    CHECK_FALSE(parsed);
    CHECK_FALSE(parsed.why().empty());
  }
}
