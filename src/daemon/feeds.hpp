// The feeds of the config file: each log is read, then followed, and its events told.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bounce/log_follower.hpp"
#include "config/config.hpp"
#include "mxpulse/bounce_event.hpp"
#include "mxpulse/observer.hpp"
#include "net/file_watch.hpp"
#include "net/timer.hpp"

namespace mxpulse::daemon {

class Feeds {
 public:
  using Tell = std::function<void(const BounceEvent&)>;

  Feeds(net::Loop& loop, const Clock& clock, Observer& observer, Tell tell);
  ~Feeds();

  // Follows exactly these from now on. A feed that was there before keeps its place.
  void follow(const std::vector<config::Feed>& feeds);

 private:
  class LogFeed;

  net::Loop& loop_;
  const Clock& clock_;
  Observer& observer_;
  Tell tell_;
  std::map<std::string, std::unique_ptr<LogFeed>> by_path_;
};

}  // namespace mxpulse::daemon
