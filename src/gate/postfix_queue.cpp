#include "gate/postfix_queue.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace mxpulse::gate {
namespace {

using namespace std::chrono_literals;

constexpr auto kListLimit = 60s;
constexpr auto kPushLimit = 30s;
constexpr std::size_t kLineMax = 8u << 20;  // a message with a hundred thousand recipients

bool is_queue_id(const std::string& id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
}

// Cheap, so that a queue of a million messages for others costs little.
bool names_one_of(std::string_view line, const std::set<DomainName>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(),
                     [&](const DomainName& name) { return line.find("@" + name.text() + "\"") != std::string_view::npos; });
}

}  // namespace

void read_postqueue_line(std::string_view line, const std::set<DomainName>& wanted, const std::set<DomainName>& leave_out,
                         Waiting& waiting) {
  if (!names_one_of(line, wanted)) return;
  const auto entry = nlohmann::json::parse(line, nullptr, false);
  if (!entry.is_object() || !entry.contains("queue_id") || !entry["queue_id"].is_string()) return;
  // "hold" is the postmaster's own hand; "active" and "incoming" are on their way.
  if (entry.value("queue_name", nlohmann::json("")) != "deferred" || !entry.contains("recipients")) return;
  const std::string id = entry["queue_id"].get<std::string>();
  if (!is_queue_id(id) || !entry["recipients"].is_array()) return;
  std::set<DomainName> destinations;
  for (const auto& recipient : entry["recipients"]) {
    if (!recipient.is_object() || !recipient.contains("address") || !recipient["address"].is_string()) continue;
    const auto& address = recipient["address"].get_ref<const std::string&>();
    const auto name = DomainName::parse(address.substr(std::min(address.size(), address.rfind('@') + 1)));
    if (!name) continue;
    if (leave_out.contains(*name)) return;
    if (wanted.contains(*name)) destinations.insert(*name);
  }
  for (const DomainName& name : destinations) waiting[name].push_back(id);
}

struct PostfixQueue::Listing {
  std::set<DomainName> wanted;
  std::set<DomainName> leave_out;
  std::string unfinished;
  Waiting waiting;

  void take(std::string_view piece) {
    for (auto end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
      unfinished.append(piece.substr(0, end));
      read_postqueue_line(unfinished, wanted, leave_out, waiting);
      unfinished.clear();
      piece.remove_prefix(end + 1);
    }
    if (unfinished.size() + piece.size() <= kLineMax) unfinished.append(piece);
  }
};

void PostfixQueue::list(const std::set<DomainName>& wanted, const std::set<DomainName>& leave_out, OnListed on_listed) {
  auto listing = std::make_shared<Listing>(Listing{wanted, leave_out, {}, {}});
  listing_ = std::make_unique<net::Command>(
      loop_, std::vector<std::string>{"postqueue", "-c", config_directory_, "-j"}, kListLimit,
      [listing](std::string_view piece) { listing->take(piece); },
      [this, listing, on_listed = std::move(on_listed)](const Result<bool>& done) {
        listing_.reset();
        on_listed(done ? Result<Waiting>(std::move(listing->waiting)) : Result<Waiting>::failure(done.why()));
      });
}

void PostfixQueue::push(const std::vector<std::string>& ids, OnPushed on_pushed) {
  for (const std::string& id : ids) to_push_.push_back({id, nullptr});
  if (!to_push_.empty()) to_push_.back().on_pushed = std::move(on_pushed);
  if (!pushing_) push_next();
}

void PostfixQueue::push_next() {
  if (to_push_.empty()) return;
  Push push = std::move(to_push_.front());
  to_push_.pop_front();
  pushing_ =
      std::make_unique<net::Command>(loop_, std::vector<std::string>{"postqueue", "-c", config_directory_, "-i", push.id},
                                     kPushLimit, nullptr, [this, tell = std::move(push.on_pushed)](const Result<bool>& done) {
                                       pushing_.reset();
                                       push_next();
                                       if (tell) tell(done);
                                     });
}

}  // namespace mxpulse::gate
