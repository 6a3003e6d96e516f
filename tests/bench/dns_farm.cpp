// A DNS server that has every name: dN has the MX hN' (N' = N modulo the hosts), hN an address, nothing has an AAAA.
// dns_farm ADDRESS PORT HOSTS [SILENT]: hN is 127.(16 + N / 65536).(N / 256).N, and so many percent of them (a third) 128
// higher: there the lab drops SYNs.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

constexpr std::size_t kBatch = 64;
constexpr std::size_t kMessageMax = 512;
constexpr std::size_t kHeader = 12;
constexpr std::uint16_t kA = 1;
constexpr std::uint16_t kMx = 15;

using Message = std::array<unsigned char, kMessageMax>;

std::size_t put16(Message& message, std::size_t at, std::size_t value) {
  message[at] = static_cast<unsigned char>(value >> 8);
  message[at + 1] = static_cast<unsigned char>(value);
  return at + 2;
}

// The answer's fixed part: the question's name, class IN, a day to live.
std::size_t put_record(Message& message, std::size_t at, std::uint16_t type, std::size_t length) {
  at = put16(message, at, 0xc000 | kHeader);
  at = put16(message, at, type);
  at = put16(message, at, 1);
  at = put16(message, at, 1);
  at = put16(message, at, 0x5180);
  return put16(message, at, length);
}

// Turns a question into its answer in place; how long it is now.
std::size_t answer(Message& message, std::size_t length, std::uint32_t hosts, std::uint32_t silent) {
  const std::size_t label = message[kHeader];
  std::size_t end = kHeader;
  while (end < length && message[end] != 0) end += message[end] + 1u;
  const std::size_t question_end = end + 5;
  if (question_end > length || label == 0) return 0;
  const auto type = static_cast<std::uint16_t>(message[end + 1] << 8 | message[end + 2]);
  std::uint32_t number = 0;
  const char* digits = reinterpret_cast<const char*>(message.data()) + kHeader + 2;
  std::from_chars(digits, digits + label - 1, number);

  message[2] = 0x85;  // a response, authoritative, recursion desired
  message[3] = 0x80;
  std::memset(&message[4], 0, 8);
  message[5] = 1;
  std::size_t at = question_end;
  if (type == kMx && message[kHeader + 1] == 'd') {
    message[7] = 1;
    const std::string host = "h" + std::to_string(number % hosts);
    at = put_record(message, at, kMx, 2 + 1 + host.size() + 2);
    at = put16(message, at, 10);
    message[at++] = static_cast<unsigned char>(host.size());
    std::memcpy(&message[at], host.data(), host.size());
    at = put16(message, at + host.size(), 0xc000 | (kHeader + label + 1));
  } else if (type == kA && message[kHeader + 1] == 'h') {
    message[7] = 1;
    at = put_record(message, at, kA, 4);
    message[at++] = 127;
    message[at++] = static_cast<unsigned char>((number * 33 % 100 < silent ? 144 : 16) + (number >> 16));
    at = put16(message, at, number);
  }
  return at;
}

}  // namespace

int main(int argc, char** argv) {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[2])));
  address.sin_addr.s_addr = inet_addr(argv[1]);
  const int room = 8 << 20;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return std::perror("dns_farm"), 1;
  const auto hosts = static_cast<std::uint32_t>(std::atol(argv[3]));
  const auto silent = static_cast<std::uint32_t>(argc > 4 ? std::atol(argv[4]) : 33);

  static std::array<Message, kBatch> messages;
  static std::array<sockaddr_in, kBatch> peers;
  static std::array<iovec, kBatch> parts;
  static std::array<mmsghdr, kBatch> batch;
  std::puts("ready");
  std::fflush(stdout);
  while (true) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      parts[i] = {messages[i].data(), kMessageMax};
      batch[i].msg_hdr = {&peers[i], sizeof peers[i], &parts[i], 1, nullptr, 0, 0};
    }
    const int count = recvmmsg(fd, batch.data(), kBatch, MSG_WAITFORONE, nullptr);
    unsigned answers = 0;
    for (int i = 0; i < count; ++i) {
      const auto one = static_cast<std::size_t>(i);
      const std::size_t length = answer(messages[one], batch[one].msg_len, hosts, silent);
      if (length == 0) continue;
      parts[one].iov_len = length;
      std::swap(batch[answers++], batch[one]);
    }
    sendmmsg(fd, batch.data(), answers, 0);
  }
}
