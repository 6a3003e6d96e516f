#include "daemon/feeds.hpp"

#include <algorithm>

#include "bounce/log_parser.hpp"

namespace mxpulse::daemon {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<bounce::LogParser> make_parser(config::FeedType type) {
  switch (type) {
    case config::FeedType::kPostfix: return bounce::make_postfix_parser();
    case config::FeedType::kExim: return bounce::make_exim_parser();
    case config::FeedType::kSendmail: return bounce::make_sendmail_parser();
    case config::FeedType::kOpenSmtpd: return bounce::make_opensmtpd_parser();
    case config::FeedType::kQmail: return bounce::make_qmail_parser();
    case config::FeedType::kNdjson: return bounce::make_ndjson_parser();
  }
  return bounce::make_postfix_parser();
}

// A log that another parser reads is another feed: that one has not seen it.
std::string key(config::FeedType type, const std::string& path) { return std::string(config::label(type)) + ' ' + path; }

constexpr auto kPollInterval = 2s;  // how late a line is seen where the system tells of no changes (network file systems)

}  // namespace

// Reads a bounded piece a turn, so that a log of gigabytes delays no probe.
class Feeds::LogFeed {
 public:
  LogFeed(Feeds& feeds, const config::Feed& feed)
      : type(feed.type),
        feeds_(feeds),
        path_(feed.path),
        parser_(make_parser(feed.type)),
        follower_(feed.path, [this](std::string_view line) { take(line); }),
        more_(feeds.loop_, [this] { read(); }),
        watch_(feeds.loop_, feed.path, kPollInterval, [this] { read(); }) {
    more_.start_once(0s);
  }

  // Goes on from a position that position() gave.
  void resume(std::string_view position) {
    const auto from = bounce::LogPosition::parse(position);
    if (!from) return;
    follower_.resume(
        *from, [this](std::string_view line) { parser_->take(line, feeds_.clock_.now().system, [](const BounceEvent&) {}); });
  }

  std::string position() const {
    const auto position = follower_.position();
    return position ? position->text() : "";
  }

  const config::FeedType type;

 private:
  void take(std::string_view line) {
    ++lines_;
    parser_->take(line, feeds_.clock_.now().system, feeds_.tell_);
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
  std::unique_ptr<bounce::LogParser> parser_;
  std::size_t lines_ = 0;
  std::string last_why_;  // said once, not at every look
  bounce::LogFollower follower_;
  net::Timer more_;
  net::FileWatch watch_;
};

Feeds::Feeds(net::Loop& loop, const Clock& clock, Observer& observer, Tell tell)
    : loop_(loop), clock_(clock), observer_(observer), tell_(std::move(tell)) {}

Feeds::~Feeds() = default;

void Feeds::resume(const std::vector<SavedPosition>& positions) {
  for (const SavedPosition& one : positions) newest_[one.feed] = written_[one.feed] = one.position;
}

void Feeds::note_positions() {
  for (const auto& [path, feed] : by_path_) {
    std::string position = feed->position();
    if (!position.empty()) newest_[key(feed->type, path)] = std::move(position);
  }
}

void Feeds::gather(Batch& batch) {
  note_positions();
  if (batch.everything) written_.clear();
  for (const auto& [feed, position] : newest_) {
    std::string& written = written_[feed];
    if (written == position) continue;
    written = position;
    batch.changed.positions.push_back({feed, position});
  }
}

void Feeds::not_written(const Batch& batch) {
  for (const SavedPosition& one : batch.changed.positions) written_.erase(one.feed);
}

void Feeds::follow(const std::vector<config::Feed>& feeds) {
  note_positions();
  std::erase_if(by_path_, [&](const auto& followed) {
    return std::none_of(feeds.begin(), feeds.end(), [&](const config::Feed& feed) { return feed.path == followed.first; });
  });
  for (const config::Feed& feed : feeds) {
    auto& followed = by_path_[feed.path];
    if (followed && followed->type == feed.type) continue;
    followed = std::make_unique<LogFeed>(*this, feed);
    followed->resume(newest_[key(feed.type, feed.path)]);
  }
}

}  // namespace mxpulse::daemon
