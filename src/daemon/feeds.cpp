#include "daemon/feeds.hpp"

#include <algorithm>

#include "bounce/delivery_report.hpp"
#include "bounce/journal.hpp"
#include "bounce/log_follower.hpp"
#include "bounce/log_parser.hpp"
#include "bounce/maildir.hpp"
#include "net/file_watch.hpp"
#include "net/timer.hpp"

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
    case config::FeedType::kMaildir:
    case config::FeedType::kJournal: break;  // no dialects
  }
  return bounce::make_postfix_parser();
}

// A log that another parser reads is another feed: that one has not seen it.
std::string key(const config::Feed& feed) { return std::string(config::label(feed.type)) + ' ' + feed.name(); }

constexpr auto kPollInterval = 2s;  // how late a line is seen where the system tells of no changes (network file systems)
constexpr auto kJournalInterval = 1s;
constexpr auto kJournalReachesBack = 24h;  // on first sight; older bounces move nothing

}  // namespace

// Reads a bounded piece a turn, so that a feed of gigabytes delays no probe.
class Feeds::Source {
 public:
  Source(Feeds& feeds, config::Feed feed) : feed_(std::move(feed)), feeds_(feeds), more_(feeds.loop_, [this] { read(); }) {
    more_.start_once(0s);
  }
  virtual ~Source() = default;

  const config::Feed& feed() const { return feed_; }
  // Goes on from a position that position() gave.
  virtual void resume(const std::string& position) = 0;
  virtual std::string position() const = 0;

 protected:
  // Takes what is new, told to take_event() and counted by take_one(); true: there may be more.
  virtual Result<bool> read_some() = 0;

  void read() {
    taken_ = 0;
    const auto more = read_some();
    const Now now = feeds_.clock_.now();
    if (taken_ > 0) feeds_.observer_.feed_read(feed_.name(), taken_, now);
    const std::string why = more ? "" : more.why();
    if (!why.empty() && why != last_why_) feeds_.observer_.feed_failed(feed_.name(), why, now);
    last_why_ = why;
    if (more && *more) more_.start_once(0s);
  }

  void take_one() { ++taken_; }
  void take_event(const BounceEvent& event) { feeds_.tell_(event); }
  SystemTime now() const { return feeds_.clock_.now().system; }
  net::Loop& loop() { return feeds_.loop_; }

 private:
  config::Feed feed_;
  Feeds& feeds_;
  std::size_t taken_ = 0;
  std::string last_why_;  // said once, not at every look
  net::Timer more_;
};

class Feeds::LogSource final : public Source {
 public:
  LogSource(Feeds& feeds, const config::Feed& feed)
      : Source(feeds, feed),
        parser_(make_parser(feed.type)),
        follower_(feed.path, [this](std::string_view line) { take(line); }),
        watch_(loop(), feed.path, kPollInterval, [this] { read(); }) {}

  void resume(const std::string& position) override {
    const auto from = bounce::LogPosition::parse(position);
    if (!from) return;
    follower_.resume(*from, [this](std::string_view line) { parser_->take(line, now(), [](const BounceEvent&) {}); });
  }

  std::string position() const override {
    const auto position = follower_.position();
    return position ? position->text() : "";
  }

 private:
  Result<bool> read_some() override { return follower_.read(); }

  void take(std::string_view line) {
    take_one();
    parser_->take(line, now(), [this](const BounceEvent& event) { take_event(event); });
  }

  std::unique_ptr<bounce::LogParser> parser_;
  bounce::LogFollower follower_;
  net::FileWatch watch_;
};

class Feeds::MaildirSource final : public Source {
 public:
  MaildirSource(Feeds& feeds, const config::Feed& feed)
      : Source(feeds, feed),
        maildir_(feed.path, [this](std::string_view message) { take(message); }),
        watch_new_(loop(), feed.path + "/new/", kPollInterval, [this] { read(); }),
        watch_cur_(loop(), feed.path + "/cur/", kPollInterval, [this] { read(); }) {}

  void resume(const std::string& position) override { maildir_.resume(position); }
  std::string position() const override { return maildir_.position(); }

 private:
  Result<bool> read_some() override { return maildir_.read(now()); }

  void take(std::string_view message) {
    take_one();
    for (const BounceEvent& event : bounce::read_delivery_report(message)) take_event(event);
  }

  bounce::Maildir maildir_;
  net::FileWatch watch_new_;
  net::FileWatch watch_cur_;
};

class Feeds::JournalSource final : public Source {
 public:
  JournalSource(Feeds& feeds, const config::Feed& feed)
      : Source(feeds, feed),
        parser_(make_parser(feed.mta)),
        journal_({feed.path, feed.units, feed.identifiers}, now() - kJournalReachesBack,
                 [this](std::string_view line) { take(line); }),
        again_(loop(), [this] { read(); }) {
    again_.start_every(kJournalInterval);
  }

  void resume(const std::string& position) override { journal_.resume(position); }
  std::string position() const override { return journal_.position(); }

 private:
  Result<bool> read_some() override { return journal_.read(); }

  void take(std::string_view line) {
    take_one();
    parser_->take(line, now(), [this](const BounceEvent& event) { take_event(event); });
  }

  std::unique_ptr<bounce::LogParser> parser_;
  bounce::Journal journal_;
  net::Timer again_;
};

std::unique_ptr<Feeds::Source> Feeds::make_source(const config::Feed& feed) {
  if (feed.type == config::FeedType::kMaildir) return std::make_unique<MaildirSource>(*this, feed);
  if (feed.type == config::FeedType::kJournal) return std::make_unique<JournalSource>(*this, feed);
  return std::make_unique<LogSource>(*this, feed);
}

Feeds::Feeds(net::Loop& loop, const Clock& clock, Observer& observer, Tell tell)
    : loop_(loop), clock_(clock), observer_(observer), tell_(std::move(tell)) {}

Feeds::~Feeds() = default;

void Feeds::resume(const std::vector<SavedPosition>& positions) {
  for (const SavedPosition& one : positions) newest_[one.feed] = written_[one.feed] = one.position;
}

void Feeds::note_positions() {
  for (const auto& [name, source] : by_name_) {
    std::string position = source->position();
    if (!position.empty()) newest_[key(source->feed())] = std::move(position);
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
  std::erase_if(by_name_, [&](const auto& followed) {
    return std::find(feeds.begin(), feeds.end(), followed.second->feed()) == feeds.end();
  });
  for (const config::Feed& feed : feeds) {
    auto& followed = by_name_[feed.name()];
    if (followed) continue;
    followed = make_source(feed);
    followed->resume(newest_[key(feed)]);
  }
}

}  // namespace mxpulse::daemon
