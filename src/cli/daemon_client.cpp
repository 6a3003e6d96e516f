#include "cli/daemon_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace mxpulse::cli {
namespace {

constexpr std::size_t kBodyMax = 16u << 20;
constexpr std::size_t kRefusalMax = 300;  // of a line for people
constexpr long kSecondsMax = 10;

std::size_t take(char* bytes, std::size_t size, std::size_t count, void* body) {
  auto& text = *static_cast<std::string*>(body);
  if (text.size() + size * count > kBodyMax) return 0;
  text.append(bytes, size * count);
  return size * count;
}

// mxpulse tells in a line of plain text what is wrong; another server may say anything.
std::string refusal(CURL* curl, const std::string& body, const std::string& path) {
  long status = 0;
  const char* type = nullptr;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
  std::string line = body.substr(0, std::min(body.find('\n'), kRefusalMax));
  std::erase_if(line, [](unsigned char c) { return c < 0x20 || c > 0x7e; });
  if (type == nullptr || !std::string_view(type).starts_with("text/plain") || line.empty())
    line = "answers with status " + std::to_string(status) + " to " + path;
  return line;
}

}  // namespace

Result<std::string> ask_daemon(const std::string& daemon, const std::string& path) {
  using Asked = Result<std::string>;
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  if (!curl) return Asked::failure("libcurl does not start");
  std::string body;
  const std::string url = daemon + path;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, kSecondsMax);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &take);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_COULDNT_CONNECT)
    return Asked::failure("nobody serves there; start it with mxpulse run --config FILE, or give --daemon URL");
  if (code != CURLE_OK) return Asked::failure(curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) return Asked::failure(refusal(curl.get(), body, path));
  return body;
}

}  // namespace mxpulse::cli
