// The feeds of the config file: each log, Maildir or journal is read, then followed, and its events told.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "daemon/kept.hpp"
#include "mxpulse/bounce_event.hpp"
#include "mxpulse/observer.hpp"
#include "net/loop.hpp"

namespace mxpulse::daemon {

class Feeds final : public Kept {
 public:
  using Tell = std::function<void(const BounceEvent&)>;

  Feeds(net::Loop& loop, const Clock& clock, Observer& observer, Tell tell);
  ~Feeds() override;

  // Where an earlier run left its feeds. Before follow().
  void resume(const std::vector<SavedPosition>& positions);
  // Follows exactly these from now on. A feed that was there before keeps its place, and finds it again when it comes back.
  void follow(const std::vector<config::Feed>& feeds);

  void begin_keeping() override {}  // a position is compared with the one written
  void gather(Batch& batch) override;
  void not_written(const Batch& batch) override;

 private:
  class Source;
  class LogSource;
  class MaildirSource;
  class JournalSource;

  std::unique_ptr<Source> make_source(const config::Feed& feed);

  void note_positions();

  net::Loop& loop_;
  const Clock& clock_;
  Observer& observer_;
  Tell tell_;
  std::map<std::string, std::unique_ptr<Source>> by_name_;
  std::map<std::string, std::string> newest_;   // positions, by key(): also of feeds that are not followed now
  std::map<std::string, std::string> written_;  // those written down, or on their way
};

}  // namespace mxpulse::daemon
