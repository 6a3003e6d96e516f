#include "net/address_policy.hpp"

#include "net/socket_address.hpp"
#include "support/catch.hpp"

using namespace mxpulse;
using namespace mxpulse::net;

namespace {

bool denied(const AddressPolicy& policy, const char* text) {
  return policy.denied(socket_address(*Address::parse(text), 25).get()).has_value();
}

}  // namespace

TEST_CASE("addresses that no mail host on the Internet has are denied") {
  const AddressPolicy policy({}, {});
  for (const char* text : {"0.0.0.0",          "0.1.2.3",    "10.1.2.3",        "100.64.0.1",   "127.0.0.1",   "127.255.0.1",
                           "169.254.169.254",  "172.16.0.1", "172.31.255.255",  "192.0.2.1",    "192.168.1.1", "198.51.100.1",
                           "203.0.113.1",      "224.0.0.1",  "255.255.255.255", "::",           "::1",         "::ffff:8.8.8.8",
                           "::ffff:127.0.0.1", "::7f00:1",   "64:ff9b::7f00:1", "64:ff9b:1::1", "2001:db8::1", "2002:7f00:1::",
                           "fc00::1",          "fd12::1",    "fe80::1",         "fec0::1",      "ff02::1"}) {
    CAPTURE(text);
    CHECK(denied(policy, text));
  }
}

TEST_CASE("other addresses may be connected to") {
  const AddressPolicy policy({}, {});
  for (const char* text :
       {"8.8.8.8", "11.0.0.1", "100.128.0.1", "172.32.0.1", "192.0.1.1", "2606:4700::1111", "2a00:1450:4001::1b"}) {
    CAPTURE(text);
    CHECK_FALSE(denied(policy, text));
  }
}

TEST_CASE("allow opens ranges of the built-in list, deny closes more and wins") {
  const AddressPolicy policy({*AddressRange::parse("127.0.0.0/8")},
                             {*AddressRange::parse("127.9.0.0/16"), *AddressRange::parse("8.8.8.0/24")});
  CHECK_FALSE(denied(policy, "127.0.0.1"));
  CHECK(denied(policy, "127.9.0.1"));
  CHECK(denied(policy, "8.8.8.8"));
  CHECK(denied(policy, "10.0.0.1"));
}
