#include "mxpulse/address.hpp"

#include "mxpulse/address_range.hpp"
#include "mxpulse/endpoint.hpp"
#include "support/catch.hpp"

using namespace mxpulse;

TEST_CASE("addresses read and write their text") {
  for (const char* text : {"192.0.2.1", "2001:db8::1", "::", "::ffff:192.0.2.1"}) CHECK(Address::parse(text)->text() == text);
  for (const char* text : {"", "192.0.2", "192.0.2.256", "1", "[::1]", "fe80::1%eth0", "example.org"})
    CHECK_FALSE(Address::parse(text));
}

TEST_CASE("a v4-mapped address is another one than its IPv4 address") {
  CHECK(Address::parse("::ffff:192.0.2.1") != Address::parse("192.0.2.1"));
}

TEST_CASE("a range holds its addresses and no others, of its own family only") {
  const auto range = *AddressRange::parse("192.0.2.128/25");
  CHECK(range.contains(*Address::parse("192.0.2.128")));
  CHECK(range.contains(*Address::parse("192.0.2.255")));
  CHECK_FALSE(range.contains(*Address::parse("192.0.2.127")));
  CHECK_FALSE(AddressRange::parse("::/0")->contains(*Address::parse("192.0.2.1")));
  CHECK(AddressRange::parse("0.0.0.0/0")->contains(*Address::parse("192.0.2.1")));
}

TEST_CASE("bits beyond the prefix, and prefixes beyond the address, are no range") {
  for (const char* text :
       {"192.0.2.1/24", "192.0.2.0/33", "2001:db8::1/32", "2001:db8::/129", "192.0.2.0/", "192.0.2.0/x", "/8"}) {
    CHECK_FALSE(AddressRange::parse(text));
  }
}

TEST_CASE("an endpoint has a port of its own or the default one") {
  CHECK(Endpoint::parse("192.0.2.1", 53)->text() == "192.0.2.1:53");
  CHECK(Endpoint::parse("192.0.2.1:5353", 53)->text() == "192.0.2.1:5353");
  CHECK(Endpoint::parse("2001:db8::1", 53)->text() == "[2001:db8::1]:53");
  CHECK(Endpoint::parse("[2001:db8::1]:5353", 53)->text() == "[2001:db8::1]:5353");
  for (const char* text : {"", ":53", "192.0.2.1:", "192.0.2.1:99999", "[::1", "[::1]53", "host:53"})
    CHECK_FALSE(Endpoint::parse(text, 53));
}
