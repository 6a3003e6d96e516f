#include "gate/exim.hpp"

#include <algorithm>
#include <fstream>

#include "gate/whole_file.hpp"

namespace mxpulse::gate {
namespace {

using namespace std::chrono_literals;

constexpr auto kListLimit = 60s;
constexpr auto kPushLimit = 20min;               // beyond Exim's own connect_timeout of 5 minutes, some hosts in a row
constexpr std::size_t kPrintedMax = 256u << 20;  // what is beyond is not seen
constexpr std::size_t kIdsPerPush = 50;          // of one exim -M, which takes them one after another

std::string_view next_word(std::string_view& line) {
  const auto begin = std::min(line.find_first_not_of(' '), line.size());
  const auto end = std::min(line.find(' ', begin), line.size());
  const auto word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

// "1xVaim-00003B-0d" or, since 4.97, "1rAbCd-000000005Kq-1aBc".
bool is_message_id(std::string_view word) {
  if (word.size() != 16 && word.size() != 23) return false;
  return word[6] == '-' && std::all_of(word.begin(), word.end(), [](char c) {
           return c == '-' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
         });
}

std::string text_of(const std::set<DomainName>& held) {
  std::string text = "# Written by mxpulse: destinations whose mail waits. Changes made here are lost.\n";
  for (const DomainName& name : held) text += name.text() + "\n";
  return text;
}

}  // namespace

void EximHoldFile::write(const std::set<DomainName>& held, OnWritten on_written) {
  loop_.post([alive = std::weak_ptr<bool>(alive_), result = replace_file(path_, text_of(held)), tell = std::move(on_written)] {
    if (!alive.expired()) tell(result);
  });
}

Result<bool> EximHoldFile::clear_now() { return replace_file(path_, text_of({})); }

bool EximHoldFile::holds_somebody() const {
  std::ifstream file(path_);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.front() != '#') return true;
  }
  return false;
}

// A head line "AGE SIZE ID <SENDER>", then a recipient a line; "D" before one that is delivered already.
Waiting read_exim_queue(std::string_view printed, const std::set<DomainName>& wanted, const std::set<DomainName>& leave_out) {
  Waiting waiting;
  std::string_view id;
  std::set<DomainName> destinations;
  const auto end_message = [&] {
    const bool left_out =
        std::any_of(destinations.begin(), destinations.end(), [&](const DomainName& name) { return leave_out.contains(name); });
    for (const DomainName& name : destinations) {
      if (!left_out && wanted.contains(name)) waiting[name].emplace_back(id);
    }
    destinations.clear();
  };
  while (!printed.empty()) {
    auto line = printed.substr(0, printed.find('\n'));
    printed.remove_prefix(std::min(printed.size(), line.size() + 1));
    const auto first = next_word(line);
    const auto second = next_word(line);
    const auto third = next_word(line);
    if (!second.empty() && is_message_id(third)) {
      end_message();
      // A frozen message is the postmaster's own to thaw.
      id = line.ends_with("*** frozen ***") ? std::string_view{} : third;
    } else if (!id.empty() && second.empty() && first.find('@') != std::string_view::npos) {
      const auto name = DomainName::parse(first.substr(first.rfind('@') + 1));
      if (name) destinations.insert(*name);
    }
  }
  end_message();
  return waiting;
}

EximQueue::~EximQueue() {
  for (auto& one : pushes_) one->leave_running();
}

void EximQueue::list(const std::set<DomainName>& wanted, const std::set<DomainName>& leave_out, OnListed on_listed) {
  auto printed = std::make_shared<std::string>();
  listing_ = std::make_unique<net::Command>(
      loop_, std::vector<std::string>{program_, "-bp"}, kListLimit,
      [printed](std::string_view piece) {
        printed->append(piece.substr(0, kPrintedMax - std::min(kPrintedMax, printed->size())));
      },
      [this, printed, wanted, leave_out, on_listed = std::move(on_listed)](const Result<bool>& done) {
        listing_.reset();
        on_listed(done ? Result<Waiting>(read_exim_queue(*printed, wanted, leave_out)) : Result<Waiting>::failure(done.why()));
      });
}

void EximQueue::push(const std::vector<std::string>& ids, OnPushed on_pushed) {
  for (std::size_t begin = 0; begin < ids.size(); begin += kIdsPerPush) {
    const std::size_t end = std::min(ids.size(), begin + kIdsPerPush);
    std::vector<std::string> arguments{program_, "-M"};
    arguments.insert(arguments.end(), ids.begin() + static_cast<std::ptrdiff_t>(begin),
                     ids.begin() + static_cast<std::ptrdiff_t>(end));
    auto& slot = pushes_.emplace_back();
    const bool last = end == ids.size();
    auto self = std::make_shared<net::Command*>(nullptr);
    slot = std::make_unique<net::Command>(loop_, arguments, kPushLimit, nullptr,
                                          [this, self, tell = last ? on_pushed : OnPushed{}](const Result<bool>& result) {
                                            std::erase_if(pushes_, [&](const auto& one) { return one.get() == *self; });
                                            if (tell) tell(result);
                                          });
    *self = slot.get();
  }
}

}  // namespace mxpulse::gate
