// The small internet's sender: a mail server that has a message for each destination every few seconds, and logs what came of it.
#pragma once

#include <chrono>
#include <filesystem>

#include "demo/mail_log.hpp"
#include "mxpulse/time.hpp"
#include "net/timer.hpp"

namespace mxpulse::demo {

class Sender {
 public:
  // Throws std::runtime_error when there is no place for its log.
  Sender(net::Loop& loop, const Clock& clock);

  const std::filesystem::path& log() const { return log_.path(); }

  // Beside Internet::start(): both play the same script.
  void start() { second_.start_every(std::chrono::seconds(1)); }

 private:
  void send(std::chrono::seconds time);

  const Clock& clock_;
  MailLog log_;
  std::chrono::seconds time_{0};
  unsigned messages_ = 0;
  net::Timer second_;
};

}  // namespace mxpulse::demo
