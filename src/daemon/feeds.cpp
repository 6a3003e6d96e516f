#include "daemon/feeds.hpp"

#include <algorithm>

#include "bounce/postfix.hpp"

namespace mxpulse::daemon {
namespace {

using namespace std::chrono_literals;

constexpr auto kPollInterval = 2s;  // how late a line is seen where the system tells of no changes (network file systems)

}  // namespace

// Reads a bounded piece a turn, so that a log of gigabytes delays no probe.
class Feeds::LogFeed {
 public:
  LogFeed(Feeds& feeds, const std::string& path)
      : feeds_(feeds),
        path_(path),
        follower_(path, [this](std::string_view line) { take(line); }),
        more_(feeds.loop_, [this] { read(); }),
        watch_(feeds.loop_, path, kPollInterval, [this] { read(); }) {
    more_.start_once(0s);
  }

 private:
  void take(std::string_view line) {
    ++lines_;
    const auto event = bounce::parse_postfix(line, feeds_.clock_.now().system);
    if (event) feeds_.tell_(*event);
  }

  void read() {
    lines_ = 0;
    const auto more = follower_.read();
    const Now now = feeds_.clock_.now();
    if (lines_ > 0) feeds_.observer_.feed_read(path_, lines_, now);
    const std::string why = more ? "" : more.why();
    if (!why.empty() && why != last_why_) feeds_.observer_.feed_failed(path_, why, now);
    last_why_ = why;
    if (more && *more) more_.start_once(0s);
  }

  Feeds& feeds_;
  std::string path_;
  std::size_t lines_ = 0;
  std::string last_why_;  // said once, not at every look
  bounce::LogFollower follower_;
  net::Timer more_;
  net::FileWatch watch_;
};

Feeds::Feeds(net::Loop& loop, const Clock& clock, Observer& observer, Tell tell)
    : loop_(loop), clock_(clock), observer_(observer), tell_(std::move(tell)) {}

Feeds::~Feeds() = default;

void Feeds::follow(const std::vector<config::Feed>& feeds) {
  std::erase_if(by_path_, [&](const auto& followed) {
    return std::none_of(feeds.begin(), feeds.end(), [&](const config::Feed& feed) { return feed.path == followed.first; });
  });
  for (const config::Feed& feed : feeds) {
    auto& followed = by_path_[feed.path];
    if (!followed) followed = std::make_unique<LogFeed>(*this, feed.path);
  }
}

}  // namespace mxpulse::daemon
