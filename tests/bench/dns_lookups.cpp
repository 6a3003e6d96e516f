// The resolver and cache of the daemon, asked for the MX sets of d0 to dN, as dns_limit asks.
// dns_lookups ADDRESS:PORT DOMAINS CONCURRENCY

#include <cstdio>
#include <cstdlib>
#include <string>

#include "dns/cares_resolver.hpp"
#include "net/loop.hpp"

using namespace mxpulse;

namespace {

class Lookups final : public DnsObserver {
 public:
  Lookups(net::Loop& loop, std::size_t domains) : loop_(loop), domains_(domains) {}

  void begin(Resolver& resolver) {
    const std::size_t number = begun_++;
    resolver.resolve(*DomainName::parse("d" + std::to_string(number) + ".bench.example"),
                     [this, &resolver](const std::shared_ptr<const MxSet>& set) {
                       if (set->failure) ++failures_;
                       if (++ended_ == domains_) return loop_.stop();
                       if (begun_ < domains_) begin(resolver);
                     });
  }

  void queried(DnsAnswer answer, Duration) override {
    ++answers_;
    if (answer == DnsAnswer::kTimeout) ++timeouts_;
  }

  void report() const { std::printf("%zu answers, %zu failed, %zu timed out\n", answers_, failures_, timeouts_); }

 private:
  net::Loop& loop_;
  std::size_t domains_;
  std::size_t begun_ = 0;
  std::size_t ended_ = 0;
  std::size_t answers_ = 0;
  std::size_t failures_ = 0;
  std::size_t timeouts_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return std::fputs("dns_lookups ADDRESS:PORT DOMAINS CONCURRENCY\n", stderr), 2;
  net::Loop loop;
  const net::MachineClock clock;
  dns::Options options;
  options.servers = {*Endpoint::parse(argv[1], 53)};
  Lookups lookups(loop, static_cast<std::size_t>(std::atol(argv[2])));
  const auto resolver = dns::make_cares_resolver(loop, clock, options, &lookups);
  for (long i = 0; i < std::atol(argv[3]); ++i) lookups.begin(**resolver);
  loop.run();
  lookups.report();
  std::exit(EXIT_SUCCESS);  // the cache is left to the kernel, as the daemon leaves it: freeing it is no part of a lookup
}
