// Real reports against another reader's labels: the corpus of Sisimai, where it is at hand.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "bounce/delivery_report.hpp"
#include "support/catch.hpp"
#include "support/source_folder.hpp"

using namespace mxpulse;
using namespace mxpulse::bounce;

namespace {

struct Label {
  std::string file;
  std::size_t recipient_no = 0;
  std::string domain;
  std::string reason;
};

struct Difference {
  const char* file;
  std::size_t recipient_no;
  const char* why;  // ours is right
};

constexpr Difference kDifferences[] = {
    {"lhost-domino-03.eml", 1, "a routing loop (hop count exceeded): hosts answered all too often"},
    {"lhost-dragonfly-11.eml", 1, "the host's own reply to RCPT TO, 550 5.1.2"},
    {"lhost-dragonfly-16.eml", 1, "the host's own reply to RCPT TO, 521 5.3.2"},
    {"lhost-dragonfly-29.eml", 1, "an expiry that hides its cause (\"Could not deliver for the last 432000 seconds\")"},
    {"lhost-dragonfly-30.eml", 1, "an expiry that hides its cause (\"Could not deliver for the last 432000 seconds\")"},
    {"lhost-exim-06.eml", 1, "an expiry that hides its cause (\"retry timeout exceeded\")"},
    {"lhost-exim-08.eml", 1, "hosts \"have been failing for a long time\": in which way is not told, a 4xx is a failure too"},
    {"lhost-exim-31.eml", 1, "the words name four causes to choose from, a blacklisting among them"},
    {"lhost-exim-37.eml", 1, "the host's own reply after the end of data, 553: it is the sender's host that does not exist"},
    {"lhost-gmail-08.eml", 1, "a delay without any reason"},
    {"lhost-gmx-04.eml", 1, "an expiry that hides its cause (\"delivery retry timeout exceeded\")"},
    {"lhost-imailserver-04.eml", 1, "counts its attempts and says nothing of them"},
    {"lhost-mailru-10.eml", 1, "an expiry that hides its cause (\"retry timeout exceeded\")"},
    {"lhost-opensmtpd-05.eml", 1, "an expiry that hides its cause (\"Envelope expired\")"},
    {"lhost-opensmtpd-06.eml", 1, "an expiry that hides its cause (\"Envelope expired\")"},
    {"lhost-opensmtpd-15.eml", 1, "an expiry that hides its cause (\"Envelope expired\")"},
    {"lhost-opensmtpd-16.eml", 1, "an expiry that hides its cause (\"Envelope expired\")"},
    {"lhost-outlook-06.eml", 1, "a delay with Status 4.4.7 and not a word more"},
    {"lhost-sendmail-12.eml", 1, "an expiry that hides its cause: a transcript without an attempt in it"},
    {"lhost-sendmail-20.eml", 1, "a routing loop (too many hops): hosts answered all too often"},
    {"lhost-sendmail-21.eml", 1,
     "Sendmail's own words, \"Deferred: Connection refused by\": nobody answered, whatever \"blocked\" may mean"},
    {"lhost-sendmail-29.eml", 1, "the host's own reply, \"<<< 421\""},
    {"lhost-sendmail-30.eml", 1, "the host's own reply, \"<<< 421\""},
    {"lhost-sendmail-54.eml", 1, "refused by 127.0.0.1, a hop of the site's own"},
    {"lhost-x2-05.eml", 1, "\"Resources temporarily unavailable\": whose resources is not told, and no attempt is named"},
    {"lhost-x3-02.eml", 1, "its own routing \"could not find a gateway\": no attempt is named, nor an answer of the DNS"},
    {"lhost-x6-01.eml", 1, "the host's own reply to DATA, 554 5.4.6"},
    {"rfc3464-07.eml", 1, "a delay with Status 4.4.0, \"other or undefined\", and no words of a cause"},
    {"rfc3464-40.eml", 1, "a routing loop (forwarded too many times): hosts answered all too often"},
    {"rhost-outlook-06.eml", 1, "a delay with Status 4.4.7 and not a word more"},
};

constexpr std::size_t kUnexplainedMax = 5;

std::vector<Label> read_labels(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<Label> labels;
  std::string line;
  std::getline(file, line);  // the names of the columns
  while (std::getline(file, line)) {
    if (line.ends_with('\r')) line.pop_back();
    std::istringstream columns(line);
    std::string number, enhanced_code, reply_code;
    Label label;
    std::getline(columns, label.file, '\t');
    std::getline(columns, number, '\t');
    std::getline(columns, label.domain, '\t');
    std::getline(columns, enhanced_code, '\t');
    std::getline(columns, reply_code, '\t');
    std::getline(columns, label.reason, '\t');
    label.recipient_no = std::stoul(number);
    if (!label.reason.empty()) labels.push_back(std::move(label));
  }
  return labels;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// By its place if both count the same recipients, else by its domain.
const BounceEvent* event_of(const Label& label, const std::vector<BounceEvent>& events, std::size_t recipients) {
  if (events.size() == recipients && label.recipient_no <= recipients) return &events[label.recipient_no - 1];
  for (const auto& event : events) {
    if (event.destination.text() == label.domain) return &event;
  }
  return nullptr;
}

bool says_no_answer(const Label& label) {
  return label.reason == "expired" || label.reason == "networkerror" || label.reason == "hostunknown" ||
         label.reason == "notaccept";
}

bool says_no_answer(const BounceEvent* event) {
  return event && event->said_by == SaidBy::kLocal &&
         (event->bounce_class == BounceClass::kNoAnswer || event->bounce_class == BounceClass::kDnsTemporary ||
          event->bounce_class == BounceClass::kDnsPermanent);
}

}  // namespace

TEST_CASE("no answer and DNS failures are where the corpus of Sisimai has them, or there is a reason") {
  const auto corpus = test::source_folder().parent_path() / "shared" / "corpus";
  if (!std::filesystem::exists(corpus)) return;
  const auto labels = read_labels(corpus / "expectations-sisimai.tsv");
  REQUIRE(labels.size() > 600);
  std::map<std::string, std::size_t> recipients;
  for (const auto& label : labels) ++recipients[label.file];

  std::set<std::pair<std::string, std::size_t>> explained;
  for (const auto& difference : kDifferences) explained.emplace(difference.file, difference.recipient_no);
  std::string unexplained;
  std::size_t unexplained_count = 0;
  for (const auto& label : labels) {
    const auto message = read_file(corpus / "sisimai" / label.file);
    REQUIRE_FALSE(message.empty());
    const auto events = read_delivery_report(message);
    if (says_no_answer(label) == says_no_answer(event_of(label, events, recipients[label.file]))) continue;
    if (explained.erase({label.file, label.recipient_no}) > 0) continue;
    unexplained += label.file + " " + std::to_string(label.recipient_no) + " " + label.reason + "\n";
    ++unexplained_count;
  }
  INFO(unexplained);
  CHECK(unexplained_count <= kUnexplainedMax);
  for (const auto& [file, number] : explained) {
    INFO(file << " " << number);
    CHECK(false);  // no difference any more: its row may go
  }
}

TEST_CASE("complaints of the corpus of Sisimai give no event") {
  const auto corpus = test::source_folder().parent_path() / "shared" / "corpus";
  if (!std::filesystem::exists(corpus)) return;
  for (const auto& label : read_labels(corpus / "expectations-sisimai.tsv")) {
    if (label.reason != "feedback") continue;
    INFO(label.file);
    CHECK(read_delivery_report(read_file(corpus / "sisimai" / label.file)).empty());
  }
}
