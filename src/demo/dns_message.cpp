#include "demo/dns_message.hpp"

#include <algorithm>

namespace mxpulse::demo {
namespace {

constexpr std::size_t kHeaderSize = 12;
constexpr std::uint16_t kTypeA = 1;
constexpr std::uint16_t kTypeSoa = 6;
constexpr std::uint16_t kTypeMx = 15;
constexpr std::uint16_t kTypeAaaa = 28;
constexpr std::uint16_t kClassIn = 1;
constexpr std::uint32_t kTtl = 2;  // seconds; the play moves fast

std::uint16_t number_at(std::span<const unsigned char> message, std::size_t at) {
  return static_cast<std::uint16_t>(message[at] << 8 | message[at + 1]);
}

std::uint16_t name_size(const std::string& name) { return static_cast<std::uint16_t>(name.empty() ? 1 : name.size() + 2); }

}  // namespace

std::optional<DnsQuestion> read_question(std::span<const unsigned char> message) {
  if (message.size() < kHeaderSize || (message[2] & 0x80) != 0 || number_at(message, 4) != 1) return std::nullopt;
  DnsQuestion question;
  question.id = number_at(message, 0);
  question.edns = number_at(message, 10) > 0;
  std::size_t at = kHeaderSize;
  while (at < message.size() && message[at] != 0) {
    const std::size_t length = message[at];
    if (length > 63 || at + 1 + length >= message.size() || question.name.size() > 253) return std::nullopt;
    if (!question.name.empty()) question.name += '.';
    for (std::size_t i = 1; i <= length; ++i) {
      const auto c = static_cast<char>(message[at + i]);
      question.name += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    at += 1 + length;
  }
  if (at + 5 > message.size()) return std::nullopt;
  question.type = number_at(message, at + 1);
  return question;
}

DnsReply::DnsReply(const DnsQuestion& question, int rcode) {
  number(question.id, 2);
  number(0x8580u | static_cast<unsigned>(rcode), 2);  // response, authoritative, recursion desired and available
  number(1, 2);
  number(0, 2);
  number(0, 2);
  number(0, 2);
  name(question.name);
  number(question.type, 2);
  number(kClassIn, 2);
  question_end_ = message_.size();
}

void DnsReply::add_mx(const std::string& owner, std::uint16_t preference, const std::string& host) {
  record_header(owner, kTypeMx, static_cast<std::uint16_t>(2 + name_size(host)));
  number(preference, 2);
  name(host);
  ++answers_;
}

void DnsReply::add_address(const std::string& owner, const Address& address) {
  const std::uint16_t size = address.family == Family::kIPv4 ? 4 : 16;
  record_header(owner, address.family == Family::kIPv4 ? kTypeA : kTypeAaaa, size);
  message_.insert(message_.end(), address.bytes.begin(), address.bytes.begin() + size);
  ++answers_;
}

void DnsReply::add_soa(const std::string& zone) {
  record_header(zone, kTypeSoa, static_cast<std::uint16_t>(2 * name_size(zone) + 20));
  name(zone);
  name(zone);
  for (const std::uint32_t value : {1u, 3600u, 600u, 86400u, kTtl}) number(value, 4);
  ++authorities_;
}

std::vector<unsigned char> DnsReply::bytes(std::size_t limit) const {
  std::vector<unsigned char> message = message_;
  if (message.size() > limit) {
    message.resize(question_end_);
    message[2] |= 0x02;  // TC
    return message;
  }
  message[6] = static_cast<unsigned char>(answers_ >> 8);
  message[7] = static_cast<unsigned char>(answers_ & 255);
  message[9] = static_cast<unsigned char>(authorities_ & 255);
  return message;
}

void DnsReply::number(std::uint32_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) message_.push_back(static_cast<unsigned char>(value >> shift & 255));
}

void DnsReply::name(const std::string& name) {
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t dot = std::min(name.find('.', at), name.size());
    message_.push_back(static_cast<unsigned char>(dot - at));
    message_.insert(message_.end(), name.begin() + static_cast<std::ptrdiff_t>(at),
                    name.begin() + static_cast<std::ptrdiff_t>(dot));
    at = dot + 1;
  }
  message_.push_back(0);
}

void DnsReply::record_header(const std::string& owner, std::uint16_t type, std::uint16_t length) {
  name(owner);
  number(type, 2);
  number(kClassIn, 2);
  number(kTtl, 4);
  number(length, 2);
}

}  // namespace mxpulse::demo
