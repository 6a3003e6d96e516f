// Tells one event to many observers.
#pragma once

#include <algorithm>
#include <vector>

#include "mxpulse/observer.hpp"

namespace mxpulse::daemon {

class Observers final : public Observer {
 public:
  // The observer must outlive this list.
  void add(Observer& observer) { all_.push_back(&observer); }
  void exchange(Observer& observer, Observer& other) { std::ranges::replace(all_, &observer, &other); }

  void probed(const Address& address, const ProbeResult& result, Now now) override {
    for (auto* one : all_) one->probed(address, result, now);
  }
  void probe_lagged(Duration lag) override {
    for (auto* one : all_) one->probe_lagged(lag);
  }
  void verdict_changed(const DomainName& destination, Verdict from, Verdict to, std::string_view why, Now now) override {
    for (auto* one : all_) one->verdict_changed(destination, from, to, why, now);
  }
  void host_changed(const Address& address, bool answering, unsigned streak, const ProbeResult& result, Now now) override {
    for (auto* one : all_) one->host_changed(address, answering, streak, result, now);
  }
  void bounced(const BounceEvent& event, Now now) override {
    for (auto* one : all_) one->bounced(event, now);
  }
  void destination_joined(const DomainName& destination, std::size_t bounces, Now now) override {
    for (auto* one : all_) one->destination_joined(destination, bounces, now);
  }
  void destination_left(const DomainName& destination, Now now) override {
    for (auto* one : all_) one->destination_left(destination, now);
  }
  void feed_read(const std::string& feed, std::size_t lines, Now now) override {
    for (auto* one : all_) one->feed_read(feed, lines, now);
  }
  void feed_failed(const std::string& feed, std::string_view why, Now now) override {
    for (auto* one : all_) one->feed_failed(feed, why, now);
  }
  void gate_moved(const GateTransition& transition, GateMode mode, Now now) override {
    for (auto* one : all_) one->gate_moved(transition, mode, now);
  }
  void retried(RetryResult result) override {
    for (auto* one : all_) one->retried(result);
  }
  void attempt_was_vain(GateState gate) override {
    for (auto* one : all_) one->attempt_was_vain(gate);
  }
  void flushed(const DomainName& destination, std::size_t pushed, Duration took, std::string_view why, Now now) override {
    for (auto* one : all_) one->flushed(destination, pushed, took, why, now);
  }
  void gate_failed(std::string_view mta, std::string_view why, Now now) override {
    for (auto* one : all_) one->gate_failed(mta, why, now);
  }
  void vantage_changed(bool impaired, std::string_view why, Now now) override {
    for (auto* one : all_) one->vantage_changed(impaired, why, now);
  }
  void webhook_ended(const std::string& receiver, WebhookResult result, std::string_view why, Now now) override {
    for (auto* one : all_) one->webhook_ended(receiver, result, why, now);
  }
  void store_wrote(bool taken, std::string_view why, Now now) override {
    for (auto* one : all_) one->store_wrote(taken, why, now);
  }
  void clock_jumped(std::string_view why, Now now) override {
    for (auto* one : all_) one->clock_jumped(why, now);
  }
  void reloaded(bool successful, std::string_view why, Now now) override {
    for (auto* one : all_) one->reloaded(successful, why, now);
  }

 private:
  std::vector<Observer*> all_;
};

}  // namespace mxpulse::daemon
