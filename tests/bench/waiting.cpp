// Probes that nobody answers, all in flight at once, as a large sender has them: what each keeps, what they cost while they
// wait, and how late their deadlines come.
// waiting FIRST_ADDRESS COUNT PORT TIMEOUT_MS

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "net/loop.hpp"
#include "net/timer.hpp"
#include "probe/banner_prober.hpp"
#include "probe/descriptor_limit.hpp"

using namespace mxpulse;

namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

class Waiting final : public ProbeListener {
 public:
  Waiting(net::Loop& loop, const Clock& clock, std::size_t count, Duration timeout)
      : loop_(loop), clock_(clock), count_(count), timeout_(timeout) {
    begun_.reserve(count);
    late_.reserve(count);
  }

  void begin(Prober& prober, Address address) {
    const std::size_t before = resident_bytes();
    const double cpu_before = cpu_seconds();
    for (std::size_t i = 0; i < count_; ++i) {
      begun_.push_back(clock_.now().steady);
      address.bytes[2] = static_cast<std::uint8_t>(i >> 8);
      address.bytes[3] = static_cast<std::uint8_t>(i);
      prober.probe(address);
    }
    in_flight_ = prober.in_flight();
    bytes_ = static_cast<double>(resident_bytes() - before) / static_cast<double>(count_);
    opening_ = cpu_seconds() - cpu_before;
    cpu_idle_from_ = cpu_seconds();
    idle_from_ = clock_.now().steady;
  }

  void probed(const Address& address, const ProbeResult& result) override {
    const SteadyTime now = clock_.now().steady;
    if (late_.empty()) idle_ = (cpu_seconds() - cpu_idle_from_) / to_seconds(now - idle_from_);
    if (result.cause != Cause::kTimeout) ++others_;
    const std::size_t i = std::size_t{address.bytes[2]} << 8 | address.bytes[3];
    late_.push_back(to_seconds(now - begun_[i] - timeout_) * 1e3);
    if (late_.size() == count_) loop_.stop();
  }

  void report() {
    std::sort(late_.begin(), late_.end());
    std::printf(
        "{\"in_flight\": %zu, \"bytes\": %.0f, \"idle_cpu\": %.5f, \"late_ms_p50\": %.1f, \"late_ms_p99\": %.1f, "
        "\"late_ms_max\": %.1f, "
        "\"others\": %zu, \"opening_us\": %.1f, \"probe_us\": %.1f}\n",
        in_flight_, bytes_, idle_, late_[late_.size() / 2], late_[late_.size() * 99 / 100], late_.back(), others_,
        opening_ * 1e6 / static_cast<double>(count_), cpu_seconds() * 1e6 / static_cast<double>(count_));
  }

 private:
  net::Loop& loop_;
  const Clock& clock_;
  std::size_t count_;
  Duration timeout_;
  std::vector<SteadyTime> begun_;
  std::vector<double> late_;
  std::size_t in_flight_ = 0;
  double bytes_ = 0;
  double opening_ = 0;
  double cpu_idle_from_ = 0;
  double idle_ = 0;
  SteadyTime idle_from_;
  std::size_t others_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return std::fputs("waiting FIRST_ADDRESS COUNT PORT TIMEOUT_MS\n", stderr), 2;
  probe::raise_descriptor_limit();
  net::Loop loop;
  const net::MachineClock clock;
  const auto count = static_cast<std::size_t>(std::atol(argv[2]));
  const auto timeout = std::chrono::milliseconds(std::atol(argv[4]));
  Waiting waiting(loop, clock, count, timeout);
  probe::Options options;
  options.port = static_cast<std::uint16_t>(std::atoi(argv[3]));
  options.connect_timeout = timeout;
  options.policy = net::AddressPolicy({*AddressRange::parse("127.0.0.0/8")}, {});
  probe::BannerProber prober(loop, clock, options, waiting);
  net::Timer begin(loop, [&] { waiting.begin(prober, *Address::parse(argv[1])); });
  begin.start_once(Duration(0));
  loop.run();
  waiting.report();
}
