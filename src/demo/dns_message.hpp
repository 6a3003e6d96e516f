// Just enough DNS to answer for the small internet (RFC 1035 4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mxpulse/address.hpp"

namespace mxpulse::demo {

struct DnsQuestion {
  std::uint16_t id = 0;
  std::string name;  // lower case, without the final dot; empty: the root
  std::uint16_t type = 0;
  bool edns = false;
};

// Nothing for what is no single question.
std::optional<DnsQuestion> read_question(std::span<const unsigned char> message);

// An answer to the question, grown record by record.
class DnsReply {
 public:
  DnsReply(const DnsQuestion& question, int rcode);

  void add_mx(const std::string& owner, std::uint16_t preference, const std::string& host);  // host "": the null MX
  void add_address(const std::string& owner, const Address& address);
  // For answers without records (RFC 2308).
  void add_soa(const std::string& zone);

  // The message; truncated to its question when it is longer than `limit`.
  std::vector<unsigned char> bytes(std::size_t limit) const;

 private:
  void number(std::uint32_t value, int bytes);
  void name(const std::string& name);
  void record_header(const std::string& owner, std::uint16_t type, std::uint16_t length);

  std::vector<unsigned char> message_;
  std::size_t question_end_ = 0;
  std::uint16_t answers_ = 0;
  std::uint16_t authorities_ = 0;
};

}  // namespace mxpulse::demo
