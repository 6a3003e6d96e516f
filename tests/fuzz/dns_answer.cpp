#include "dns/answer.hpp"
#include "fuzz/input.hpp"

using namespace mxpulse;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto name = *DomainName::parse("example.org");
  for (const auto type : {dns::Type::kMx, dns::Type::kA, dns::Type::kAaaa}) {
    const auto answer = dns::read_answer({data, size}, name, type);
    fuzz::must(answer.mx.size() + answer.addresses.size() <= dns::kRecordsMax, "the records have their bound");
    fuzz::must(answer.ttl >= Duration(0), "no TTL is negative");
    fuzz::must(type == dns::Type::kMx || answer.mx.empty(), "who asks for addresses gets no MX");
  }
  return 0;
}
