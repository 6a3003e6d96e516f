#include "store/mx_text.hpp"

#include <charconv>
#include <optional>
#include <vector>

namespace mxpulse::store {
namespace {

constexpr std::size_t kProviderMax = 253;  // a domain name

std::string_view cut(std::string_view& text, char end) {
  const auto at = text.find(end);
  const auto piece = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return piece;
}

std::optional<MxHost> read_host(std::string_view line) {
  MxHost host;
  const auto preference = cut(line, ' ');
  const auto [end, error] = std::from_chars(preference.data(), preference.data() + preference.size(), host.preference);
  if (error != std::errc() || end != preference.data() + preference.size()) return std::nullopt;
  const auto name = DomainName::parse(cut(line, ' '));
  const auto provider = DomainName::parse(cut(line, ' '));
  if (!name || !provider) return std::nullopt;
  host.name = *name;
  host.provider = SharedText(provider->text());
  while (!line.empty()) {
    const auto address = Address::parse(cut(line, ' '));
    if (!address || host.addresses.size() == kAddressesPerHostMax) return std::nullopt;
    host.addresses.push_back(*address);
  }
  return host.addresses.empty() ? std::nullopt : std::optional(std::move(host));
}

}  // namespace

std::string mx_text(const MxSet& set) {
  std::string text;
  for (const MxHost& host : set.hosts) {
    if (host.addresses.empty()) continue;
    text += std::to_string(host.preference) + ' ' + host.name.text() + ' ' + host.provider.view().substr(0, kProviderMax);
    for (const Address& address : host.addresses) text += ' ' + address.text();
    text += '\n';
  }
  return text;
}

std::shared_ptr<const MxSet> read_mx_text(const DomainName& destination, std::string_view text) {
  if (text.empty() || text.size() > kMxTextMax) return nullptr;
  auto set = std::make_shared<MxSet>();
  set->destination = destination;
  set->stale = true;
  set->fresh = false;
  while (!text.empty()) {
    auto host = read_host(cut(text, '\n'));
    if (!host || set->hosts.size() == kHostsMax) return nullptr;
    set->hosts.push_back(std::move(*host));
  }
  set->provider = set->hosts.front().provider;
  return set;
}

}  // namespace mxpulse::store
