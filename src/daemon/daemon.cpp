#include "daemon/daemon.hpp"

#include <malloc.h>

#include <csignal>
#include <cstdlib>
#include <random>

#include "config/load.hpp"
#include "daemon/event_log.hpp"
#include "daemon/feeds.hpp"
#include "daemon/gate_json.hpp"
#include "daemon/keeper.hpp"
#include "daemon/loop_door.hpp"
#include "daemon/monitor.hpp"
#include "daemon/observers.hpp"
#include "daemon/options.hpp"
#include "daemon/posted_bounces.hpp"
#include "daemon/readers.hpp"
#include "daemon/secret.hpp"
#include "daemon/service_manager.hpp"
#include "daemon/snapshot_source.hpp"
#include "daemon/visits.hpp"
#include "daemon/webhooks.hpp"
#include "dns/cares_resolver.hpp"
#include "gate/local_mtas.hpp"
#include "http/routes.hpp"
#include "http/server.hpp"
#include "metrics/metrics.hpp"
#include "metrics/probe_text.hpp"
#include "net/signal_watch.hpp"
#include "net/timer.hpp"
#include "probe/banner_prober.hpp"
#include "probe/descriptor_limit.hpp"
#include "store/sqlite_store.hpp"

namespace mxpulse::daemon {
namespace {

const std::string kPostedFeed = "/api/v1/bounces";

constexpr auto kGatePatience = std::chrono::seconds(1);
constexpr auto kWritePatience = std::chrono::milliseconds(500);  // at the end; held mail waits for it
constexpr auto kReloadPatience = std::chrono::seconds(10);

std::unique_ptr<Resolver> make_resolver(net::Loop& loop, const Clock& clock, const config::Config& config,
                                        DnsObserver& observer) {
  auto resolver = dns::make_cares_resolver(loop, clock, dns_options(config), &observer);
  if (!resolver) throw std::runtime_error(resolver.why());
  return std::move(*resolver);
}

using Token = std::shared_ptr<const std::string>;  // null: there is none, and nobody may post

Result<Token> read_token(const config::Config& config) {
  if (config.http.token_file.empty()) return Token();
  auto secret = read_secret(config.http.token_file);
  if (!secret) return Result<Token>::failure("http.token_file: " + secret.why());
  return Token(std::make_shared<const std::string>(std::move(*secret)));
}

Token token_or_throw(const config::Config& config) {
  auto token = read_token(config);
  if (!token) throw std::runtime_error(token.why());
  return *token;
}

std::vector<gate::WebhookOptions> webhooks_or_throw(const config::Config& config) {
  auto options = webhook_options(config);
  if (!options) throw std::runtime_error(options.why());
  return std::move(*options);
}

std::unique_ptr<store::StoreFile> open_store(const config::Config& config, SystemTime now) {
  if (config.store.path.empty()) return nullptr;
  auto file = store::StoreFile::open(config.store.path, now);
  if (!file) throw std::runtime_error("store.path: " + file.why());
  return std::move(*file);
}

std::string what_is_kept(const Saved& saved) {
  const std::string guard = store::has_log_reset_bug() ? " < 3.51.3: single-writer guard on" : "";
  const std::string end = saved.taken.system == SystemTime() ? "nothing of before"
                          : saved.orderly                    ? "an orderly end"
                                                             : "no orderly end";
  return "sqlite " + store::library_version() + guard + "; goes on from " + end + ": " +
         std::to_string(saved.destinations.size()) + " destinations, " + std::to_string(saved.addresses.size()) + " addresses, " +
         std::to_string(saved.positions.size()) + " feeds";
}

constexpr int kLargeBytes = 1 << 20;  // of one piece of memory, which goes back to the kernel by itself

// Ends the process where it is destroyed. Of what is left then, all is memory: a million destinations freed one by one take 20 s.
class ProcessEnd {
 public:
  ~ProcessEnd() {
    if (is_meant_) std::exit(EXIT_SUCCESS);
  }
  void mean() { is_meant_ = true; }

 private:
  bool is_meant_ = false;
};

}  // namespace

// In the order they are built; they end in the opposite one.
class Daemon::Parts {
 public:
  Parts(net::Loop& loop, config::Config config, std::string config_path)
      : loop_(loop),
        config_(std::move(config)),
        config_path_(std::move(config_path)),
        limit_(probe::raise_descriptor_limit()),
        log_(log_format(config_), log_level(config_), write_to_standard_error),
        metrics_(config_.metrics.max_destinations),
        store_file_(open_store(config_, clock_.now().system)),
        monitor_(loop, clock_, take_monitor_options(), observers_, std::random_device{}()),
        mtas_(loop),
        gatekeeper_(loop, clock_, mtas_, observers_),
        prober_(loop, clock_, probe_options(config_), monitor_),
        resolver_(make_resolver(loop, clock_, config_, metrics_)),
        feeds_(loop, clock_, observers_, [this](const BounceEvent& event) { monitor_.bounced(event); }),
        token_(token_or_throw(config_)),
        webhooks_(loop, clock_, observers_, [this](const DomainName& name) { return monitor_.provider_of(name); }),
        door_(loop),
        snapshots_(loop, door_, clock_, monitor_, config_.metrics.max_destinations),
        visits_(loop, clock_, monitor_),
        probe_port_(config_.probe.port),
        server_(config_.http.listen, http::Limits{}, http::routes(sources())) {
    observers_.add(log_);
    observers_.add(metrics_);
    observers_.add(webhooks_);
    webhooks_.configure(webhooks_or_throw(config_));
    metrics_.reloaded(true, "", clock_.now());
  }

  void run() {
    std::signal(SIGPIPE, SIG_IGN);  // a peer that hung up is an errno, not an end
    const net::SignalWatch on_hangup(loop_, SIGHUP, [this] { reload(); });
    const net::SignalWatch on_terminate(loop_, SIGTERM, [this] { stop(); });
    const net::SignalWatch on_interrupt(loop_, SIGINT, [this] { stop(); });
    net::Timer alive(loop_, [] { tell_alive(); });
    if (const auto interval = watchdog_interval()) alive.start_every(*interval / 2);

    if (!gatekeeper_.configure(gate_options(config_)))
      throw std::runtime_error("cannot start: the gate would not hold what it promises");
    monitor_.use(gatekeeper_);
    monitor_.use(prober_);
    if (store_file_) keep();
    monitor_.use(*resolver_);
    follow_feeds();
    log_.note(Level::kInfo, "started",
              "at most " + std::to_string(monitor_options(config_, limit_.max_in_flight).max_in_flight) +
                  " probes at a time; metrics at http://" + http_address() + "/metrics",
              clock_.now());
    started_ = true;
    tell_ready("watching");
    malloc_trim(0);  // the text of a large configuration, parsed, was several times what is kept of it
    mallopt(M_MMAP_THRESHOLD, kLargeBytes);  // nor is the text of a scrape kept, once it was sent
    loop_.run();
    door_.close();
    const auto last = keeper_ ? std::optional(keeper_->last(store_->untold(kWritePatience))) : std::nullopt;
    gatekeeper_.stop();
    if (last) write_last(*last);
    log_.note(Level::kInfo, "stopped", "told to", clock_.now());
  }

  void tell_instead_of_log(Observer& observer) { observers_.exchange(log_, observer); }

  void end_process_with_it() { process_end_.mean(); }

  std::string http_address() const { return Endpoint{config_.http.listen.address, server_.port()}.text(); }

 private:
  // The watchlist keeps the destinations; we need no second list.
  MonitorOptions take_monitor_options() {
    MonitorOptions options = monitor_options(config_, limit_.max_in_flight);
    config_.watch.destinations = std::vector<DomainName>();
    return options;
  }

  // Goes on where an earlier run ended, and writes down from now on.
  void keep() {
    const Saved saved = store_file_->load();
    for (const std::string& note : store_file_->take_notes()) observers_.store_wrote(false, note, clock_.now());
    log_.note(Level::kInfo, "store", what_is_kept(saved), clock_.now());
    store_.emplace(loop_, clock_, std::move(store_file_));
    keeper_.emplace(loop_, clock_, *store_, std::vector<Kept*>{&monitor_, &gatekeeper_, &feeds_}, observers_);
    monitor_.resume(saved);
    gatekeeper_.resume(saved);
    for (const DomainName& name : gatekeeper_.on_course()) {
      if (!monitor_.watches(name)) gatekeeper_.forgotten(name);
    }
    feeds_.resume(saved.positions);
  }

  void write_last(const Batch& batch) {
    const Written written = store_->finish(batch);
    if (!written.why.empty()) observers_.store_wrote(written.end == WriteEnd::kTaken, written.why, clock_.now());
  }

  http::Sources sources() {
    http::Sources sources;
    add_readers(sources, snapshots_, metrics_, probe_port_);
    sources.probe = [this](const DomainName& name, Duration patience, std::shared_ptr<http::LaterResponse> later) {
      loop_.post([this, name, patience, later = std::move(later)] { visit(name, patience, later); });
    };
    sources.ready = [this]() -> Result<bool> {
      if (!started_) return Result<bool>::failure("starting");
      return true;
    };
    sources.reload = [this]() -> Result<bool> {
      auto reloaded = door_.ask<Result<bool>>([this] { return reload(); }, kReloadPatience);
      return reloaded ? *reloaded : Result<bool>::failure(reloaded.why());
    };
    // An MTA that asks must get an answer: when the loop gives none, mail flows.
    sources.gate = [this](const DomainName& name) {
      const auto answer = door_.ask<std::string>(
          [this, name] { return gate_json(name, gatekeeper_.answer(name), gatekeeper_.mode()); }, kGatePatience);
      if (answer) return *answer;
      GateAnswer unknown;
      unknown.why = answer.why();
      return gate_json(name, unknown, GateMode::kObserve);
    };
    sources.may_post = [this](std::string_view token) -> Result<bool> {
      const auto ours = token_.load();
      if (!ours) return Result<bool>::failure("nobody may post here: the configuration names no http.token_file");
      if (!is_same_secret(*ours, token))
        return Result<bool>::failure("give the token of http.token_file: Authorization: Bearer TOKEN");
      return true;
    };
    sources.bounces = [this](std::string_view ndjson, const std::shared_ptr<http::LaterResponse>& later) {
      take_posted(ndjson, later);
    };
    return sources;
  }

  void visit(const DomainName& name, Duration patience, const std::shared_ptr<http::LaterResponse>& later) {
    const auto begun = visits_.begin(name, patience, config_.probe.per_address, [later](const Visits::Found& found) {
      later->give({200, http::kPrometheusText, metrics::probe_text(found.snapshot, found.took, found.complete)});
    });
    if (!begun) later->give({429, http::kText, begun.why() + "\n"});
  }

  // Told to the client when they are counted and written down, not before: who hears nothing may send them again.
  void take_posted(std::string_view ndjson, const std::shared_ptr<http::LaterResponse>& later) {
    auto posted = std::make_shared<const PostedBounces>(read_posted(ndjson, clock_.now().system));
    if (posted->events.empty() && posted->left_out > 0) return later->give({400, http::kJson, posted_json(*posted)});
    loop_.post([this, posted, later] {
      observers_.feed_read(kPostedFeed, posted->lines, clock_.now());
      for (const BounceEvent& event : posted->events) monitor_.bounced(event);
      const auto tell = [posted, later](const Written& written) {
        const bool taken = written.end == WriteEnd::kTaken;
        later->give({taken ? 200U : 503U, http::kJson, taken ? posted_json(*posted) : not_written_json(written.why)});
      };
      keeper_ ? keeper_->when_written(tell) : tell({WriteEnd::kTaken, ""});
    });
  }

  Result<bool> reload() {
    tell_reloading();
    Result<bool> result = try_reload();
    observers_.reloaded(bool(result), result ? "the new configuration is in force" : result.why(), clock_.now());
    tell_ready(result ? "watching" : "watching; the last reload failed, the old configuration is in force");
    return result;
  }

  // Everything that can fail comes first; from then on nothing does.
  Result<bool> try_reload() {
    using Failed = Result<bool>;
    if (config_path_.empty()) return Failed::failure("there is no configuration file to read");
    auto loaded = config::load(config_path_);
    if (!loaded) return Failed::failure(loaded.why());
    if (loaded->http.listen != config_.http.listen) {
      return Failed::failure(config_path_ + ": http.listen cannot change while mxpulse runs; restart it, or keep " +
                             config_.http.listen.text());
    }
    if (loaded->store.path != config_.store.path)
      return Failed::failure(config_path_ + ": store.path cannot change while mxpulse runs; restart it");
    auto token = read_token(*loaded);
    if (!token) return Failed::failure(config_path_ + ": " + token.why());
    auto webhooks = webhook_options(*loaded);
    if (!webhooks) return Failed::failure(config_path_ + ": " + webhooks.why());
    std::unique_ptr<Resolver> resolver;
    if (dns_options(*loaded) != dns_options(config_)) {
      auto made = dns::make_cares_resolver(loop_, clock_, dns_options(*loaded), &metrics_);
      if (!made) return Failed::failure(config_path_ + ": dns: " + made.why());
      resolver = std::move(*made);
    }

    config_ = std::move(*loaded);
    token_ = std::move(*token);
    webhooks_.configure(std::move(*webhooks));
    log_.configure(log_format(config_), log_level(config_));
    metrics_.set_max_destinations(config_.metrics.max_destinations);
    snapshots_.set_destinations_max(config_.metrics.max_destinations);
    probe_port_ = config_.probe.port;
    prober_.set_options(probe_options(config_));
    gatekeeper_.configure(gate_options(config_));
    monitor_.configure(take_monitor_options());
    if (resolver) {
      std::swap(resolver_, resolver);  // the old one ends here, with what it had in flight
      monitor_.use(*resolver_);
    }
    follow_feeds();
    return true;
  }

  void follow_feeds() {
    std::vector<std::string> named;
    if (!config_.http.token_file.empty()) named.push_back(kPostedFeed);
    for (const config::Feed& feed : config_.feeds) named.push_back(feed.name());
    metrics_.set_feeds(named);
    feeds_.follow(config_.feeds);
  }

  void stop() {
    tell_stopping();
    door_.close();
    loop_.stop();
  }

  net::Loop& loop_;
  net::MachineClock clock_;
  config::Config config_;
  std::string config_path_;
  probe::DescriptorLimit limit_;
  EventLog log_;
  metrics::Metrics metrics_;
  std::unique_ptr<store::StoreFile> store_file_;  // until store_ has it; null: nothing is kept
  Observers observers_;
  Monitor monitor_;
  ProcessEnd process_end_;  // after all that others see of us, before what is memory alone
  gate::LocalMtas mtas_;
  Gatekeeper gatekeeper_;
  probe::BannerProber prober_;
  std::unique_ptr<Resolver> resolver_;
  Feeds feeds_;
  std::optional<store::SqliteStore> store_;
  std::optional<Keeper> keeper_;
  std::atomic<Token> token_;  // asked for on the server's thread
  Webhooks webhooks_;
  LoopDoor door_;
  SnapshotSource snapshots_;
  Visits visits_;
  std::atomic<std::uint16_t> probe_port_;
  std::atomic<bool> started_ = false;
  http::Server server_;  // last: its thread uses the parts above
};

Daemon::Daemon(net::Loop& loop, config::Config config, std::string config_path)
    : parts_(std::make_unique<Parts>(loop, std::move(config), std::move(config_path))) {}

Daemon::~Daemon() = default;

void Daemon::tell_instead_of_log(Observer& observer) { parts_->tell_instead_of_log(observer); }

std::string Daemon::http_address() const { return parts_->http_address(); }

void Daemon::run() { parts_->run(); }

void Daemon::exit() {
  parts_->end_process_with_it();
  parts_.reset();
  std::abort();  // not reached
}

}  // namespace mxpulse::daemon
