// Builds the parts from a config, owns the loop, and runs until it is told to stop.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "mxpulse/observer.hpp"
#include "mxpulse/result.hpp"
#include "net/loop.hpp"

namespace mxpulse::daemon {

class Daemon {
 public:
  // `config_path` is what a reload reads; empty: nothing to reload. Throws std::runtime_error when it cannot start.
  Daemon(net::Loop& loop, config::Config config, std::string config_path);
  ~Daemon();

  // What happens is told to this observer, not to the log; it must outlive the daemon. Before run().
  void tell_instead_of_log(Observer& observer);

  // Where HTTP is served, with the port that the system chose for port 0.
  std::string http_address() const;

  // Runs until SIGTERM or SIGINT. SIGHUP reloads: validate all, then swap, else keep the old.
  void run();

  // After run(): ends everything that others see of it, and then the process, successfully.
  [[noreturn]] void exit();

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace mxpulse::daemon
