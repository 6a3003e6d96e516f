#include "gate/webhook_sender.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "gate/signature.hpp"
#include "gate/webhook_queue.hpp"

namespace mxpulse::gate {
namespace {

constexpr std::size_t kAnswerMax = 65'536;  // bytes that are kept; more is read and forgotten, until the timeout
constexpr std::size_t kInboxMax = 10'000;
constexpr auto kIdleMax = std::chrono::seconds(60);

struct Slists {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
struct Easies {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

std::size_t keep_answer(char* bytes, std::size_t size, std::size_t count, void* answer) {
  auto& text = *static_cast<std::string*>(answer);
  text.append(bytes, std::min(size * count, kAnswerMax - std::min(kAnswerMax, text.size())));
  return size * count;
}

// Whether the same request may succeed later.
bool may_pass(long status) { return status == 0 || status == 408 || status == 425 || status == 429 || status >= 500; }

// One receiver with its connection.
class Receiver {
 public:
  explicit Receiver(WebhookOptions options)
      : options_(std::move(options)),
        name_(receiver_of(options_.url)),
        dialect_(make_webhook_dialect(options_.preset, options_.url)),
        queue_(options_.queue),
        easy_(curl_easy_init()) {}

  const WebhookOptions& options() const { return options_; }
  const std::string& name() const { return name_; }
  WebhookQueue& queue() { return queue_; }
  CURL* easy() { return easy_.get(); }

  // How many of the older ones had to go.
  std::size_t push(const std::shared_ptr<const WebhookNotice>& notice) {
    std::size_t dropped = 0;
    for (auto& step : dialect_->steps(notice)) dropped += queue_.push(std::move(step)) ? 0 : 1;
    return dropped;
  }

  // Makes the easy handle ready for the step that is due; false when there is none.
  bool prepare(Now now) {
    while (const WebhookStep* step = queue_.due(now.steady)) {
      auto request = dialect_->request(*step, now.system);
      queue_.begin(now.steady);
      if (request && easy_) {
        set_up(*request, step->notice->id, now);
        return true;
      }
      queue_.finish();
    }
    return false;
  }

  struct End {
    WebhookResult result = WebhookResult::kFailed;
    std::string why;
  };

  End end(CURLcode code, SteadyTime now) {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK) status = 0;
    if (status >= 200 && status < 300) {
      dialect_->took(queue_.under_way(), answer_);
      queue_.finish();
      return {WebhookResult::kSent, ""};
    }
    std::string why = code != CURLE_OK ? curl_easy_strerror(code) : "it answers with status " + std::to_string(status);
    if (status >= 300 && status < 400) why += "; redirects are not followed: give the URL it means";
    if (may_pass(status) && queue_.put_off(now)) return {WebhookResult::kRetried, std::move(why)};
    if (!may_pass(status)) queue_.finish();
    return {WebhookResult::kFailed, std::move(why)};
  }

 private:
  void set_up(const WebhookRequest& request, const std::string& id, Now now) {
    CURL* easy = easy_.get();
    curl_easy_reset(easy);
    answer_.clear();
    headers_.reset();
    add_header("Content-Type: application/json");
    add_header("Expect:");  // a body this small needs no leave
    add_header("X-Mxpulse-Id: " + id);
    if (!options_.secret.empty()) add_header("X-Mxpulse-Signature: " + signature(options_.secret, now.system, request.body));
    const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(options_.timeout).count();
    curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
    curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.body.size()));
    curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request.body.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "mxpulse/" MXPULSE_VERSION);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // a name server that hangs must not hold up our end
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout));
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &keep_answer);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer_);
  }

  void add_header(const std::string& line) {
    if (auto* longer = curl_slist_append(headers_.get(), line.c_str())) {
      static_cast<void>(headers_.release());
      headers_.reset(longer);
    }
  }

  WebhookOptions options_;
  std::string name_;
  std::unique_ptr<WebhookDialect> dialect_;
  WebhookQueue queue_;
  std::string answer_;
  std::unique_ptr<curl_slist, Slists> headers_;
  std::unique_ptr<CURL, Easies> easy_;
};

}  // namespace

std::string receiver_of(const std::string& url) {
  const auto scheme = url.find("://");
  const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
  auto end = std::min(url.find_first_of("/?#", begin), url.size());
  const auto at = url.rfind('@', end);
  const auto host = at != std::string::npos && at >= begin && at < end ? at + 1 : begin;
  return url.substr(0, begin) + url.substr(host, end - host);
}

class WebhookSender::Worker {
 public:
  Worker(const Clock& clock, OnEnd on_end) : clock_(clock), on_end_(std::move(on_end)) {
    curl_global_init(CURL_GLOBAL_DEFAULT);
    multi_ = curl_multi_init();
    if (multi_ == nullptr) throw std::runtime_error("libcurl does not start");
    thread_ = std::thread([this] { run(); });
  }

  ~Worker() {
    {
      const std::lock_guard lock(mutex_);
      told_to_stop_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    curl_multi_cleanup(multi_);
  }

  void configure(std::vector<WebhookOptions> receivers) {
    {
      const std::lock_guard lock(mutex_);
      wanted_ = std::move(receivers);
    }
    curl_multi_wakeup(multi_);
  }

  void tell(std::shared_ptr<const WebhookNotice> notice) {
    {
      const std::lock_guard lock(mutex_);
      inbox_.push_back(std::move(notice));
      if (inbox_.size() > kInboxMax) {
        inbox_.pop_front();
        ++inbox_dropped_;
      }
    }
    curl_multi_wakeup(multi_);
  }

 private:
  void run() {
    std::optional<SteadyTime> farewell;
    for (;;) {
      const bool stop = take_orders();
      const auto now = clock_.now();
      if (stop && !farewell) farewell = now.steady + kFarewell;
      if (farewell && (now.steady >= *farewell || nothing_waits())) break;
      begin_due(now);
      int running = 0;
      curl_multi_perform(multi_, &running);
      if (end_finished()) continue;
      curl_multi_poll(multi_, nullptr, 0, milliseconds_until_next(farewell), nullptr);
    }
    for (auto& one : receivers_) retire(*one);
  }

  bool take_orders() {
    std::deque<std::shared_ptr<const WebhookNotice>> notices;
    std::optional<std::vector<WebhookOptions>> wanted;
    std::size_t dropped = 0;
    bool stop = false;
    {
      const std::lock_guard lock(mutex_);
      notices.swap(inbox_);
      wanted.swap(wanted_);
      std::swap(dropped, inbox_dropped_);
      stop = told_to_stop_;
    }
    if (wanted) set_receivers(std::move(*wanted));
    for (const auto& notice : notices) {
      for (auto& one : receivers_) tell_dropped(one->name(), one->push(notice));
    }
    tell_dropped("all", dropped);
    return stop;
  }

  void set_receivers(std::vector<WebhookOptions> wanted) {
    std::vector<std::unique_ptr<Receiver>> receivers;
    for (auto& options : wanted) {
      const auto known =
          std::find_if(receivers_.begin(), receivers_.end(), [&](const auto& one) { return one && one->options() == options; });
      receivers.push_back(known != receivers_.end() ? std::move(*known) : std::make_unique<Receiver>(std::move(options)));
    }
    for (auto& gone : receivers_) {
      if (gone) retire(*gone);
    }
    receivers_ = std::move(receivers);
  }

  void retire(Receiver& receiver) {
    if (receiver.queue().is_busy()) curl_multi_remove_handle(multi_, receiver.easy());
    tell_dropped(receiver.name(), receiver.queue().size());
  }

  void tell_dropped(const std::string& receiver, std::size_t count) {
    for (std::size_t one = 0; one < count; ++one) on_end_(receiver, WebhookResult::kDropped, "its queue is full, or it is gone");
  }

  bool nothing_waits() const {
    return std::all_of(receivers_.begin(), receivers_.end(), [](const auto& one) { return one->queue().size() == 0; });
  }

  void begin_due(Now now) {
    for (auto& one : receivers_) {
      if (one->prepare(now)) curl_multi_add_handle(multi_, one->easy());
    }
  }

  // Whether one ended: the next of its receiver may be due.
  bool end_finished() {
    bool any = false;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* easy = message->easy_handle;
      const CURLcode code = message->data.result;
      char* owner = nullptr;
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
      curl_multi_remove_handle(multi_, easy);
      auto& receiver = *reinterpret_cast<Receiver*>(owner);
      const auto end = receiver.end(code, clock_.now().steady);
      on_end_(receiver.name(), end.result, end.why);
      any = true;
    }
    return any;
  }

  int milliseconds_until_next(std::optional<SteadyTime> farewell) const {
    const auto now = clock_.now().steady;
    SteadyTime at = now + kIdleMax;
    if (farewell) at = std::min(at, *farewell);
    for (const auto& one : receivers_) {
      if (const auto next = one->queue().next()) at = std::min(at, *next);
    }
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(at - now);
    return static_cast<int>(std::max<std::chrono::milliseconds::rep>(wait.count(), 0));
  }

  const Clock& clock_;
  OnEnd on_end_;
  CURLM* multi_ = nullptr;
  std::vector<std::unique_ptr<Receiver>> receivers_;  // the thread's own, as is all that follows from it

  std::mutex mutex_;  // guards what comes from other threads
  std::deque<std::shared_ptr<const WebhookNotice>> inbox_;
  std::size_t inbox_dropped_ = 0;
  std::optional<std::vector<WebhookOptions>> wanted_;
  bool told_to_stop_ = false;
  std::thread thread_;
};

WebhookSender::WebhookSender(const Clock& clock, OnEnd on_end) : worker_(std::make_unique<Worker>(clock, std::move(on_end))) {}

WebhookSender::~WebhookSender() = default;

void WebhookSender::configure(std::vector<WebhookOptions> receivers) { worker_->configure(std::move(receivers)); }

void WebhookSender::tell(std::shared_ptr<const WebhookNotice> notice) { worker_->tell(std::move(notice)); }

}  // namespace mxpulse::gate
