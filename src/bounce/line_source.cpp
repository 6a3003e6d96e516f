#include "bounce/line_source.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "bounce/log_follower.hpp"

namespace mxpulse::bounce {
namespace {

constexpr std::size_t kPiece = 1u << 20;

struct Close {
  void operator()(gzFile_s* file) const { gzclose_r(file); }
};

}  // namespace

// zlib passes plain text through as it is (gzread(3)).
Result<bool> read_lines(const std::string& path, const std::function<bool(std::string_view line)>& take) {
  using Failed = Result<bool>;
  const int fd = path == "-" ? dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return Failed::failure(path + ": " + std::strerror(errno));
  const std::unique_ptr<gzFile_s, Close> file(gzdopen(fd, "rb"));
  if (!file) {
    ::close(fd);
    return Failed::failure(path + ": no memory to read it");
  }
  gzbuffer(file.get(), 1u << 17);

  std::vector<char> buffer(kPiece);
  std::string unfinished;
  const auto give = [&](std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    return take(line);
  };
  for (;;) {
    const int count = gzread(file.get(), buffer.data(), static_cast<unsigned>(buffer.size()));
    if (count < 0) {
      int code = 0;
      const char* why = gzerror(file.get(), &code);
      return Failed::failure(path + ": " + (code == Z_ERRNO ? std::strerror(errno) : why));
    }
    if (count == 0) break;
    std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
    for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
      auto line = bytes.substr(0, end);
      if (!unfinished.empty()) {
        unfinished.append(line.substr(0, kLineMax - std::min(kLineMax, unfinished.size())));
        line = unfinished;
      }
      if (!give(line)) return true;
      unfinished.clear();
      bytes.remove_prefix(end + 1);
    }
    unfinished.append(bytes.substr(0, kLineMax - std::min(kLineMax, unfinished.size())));
  }
  if (!unfinished.empty()) give(unfinished);
  int code = Z_OK;
  gzerror(file.get(), &code);
  if (code == Z_BUF_ERROR) return Failed::failure(path + ": ends in the middle of its gzip data");
  return true;
}

}  // namespace mxpulse::bounce
