// How far a log was read, and how to know the file again under whatever name it has now.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mxpulse::bounce {

inline constexpr std::size_t kHeadMax = 256;  // the first bytes of a log, with their stamps, are its own

struct LogPosition {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;     // where the next line begins
  std::uint64_t head_size = 0;  // of the bytes hashed: at most kHeadMax, none beyond `offset`; 0: before every line there will be
  std::uint64_t head_hash = 0;

  bool operator==(const LogPosition&) const = default;

  std::string text() const;
  static std::optional<LogPosition> parse(std::string_view text);
};

// What is left to read of one file.
struct LogPiece {
  std::string path;
  std::uint64_t offset = 0;
};

// The unread rest of `path`'s log, oldest first, the file at `path` itself last.
// - the same file still at `path`: from its offset
// - rotated meanwhile, by renaming or by copying and truncating: the rest of the old one, those rotated since, then the new one
// - an inode that another file has now, or no old file any more (compressed, deleted): the new one from its start
std::vector<LogPiece> unread_pieces(const std::string& path, const LogPosition& position);

// Where the log begins for who never read it: behind the latest file that was rotated, which is no news. What is rotated from
// now on is.
LogPosition first_position(const std::string& path);

// Of an open file; less than asked for at its end.
std::string read_head(int fd, std::size_t size);

}  // namespace mxpulse::bounce
