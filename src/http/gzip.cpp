#include "http/gzip.hpp"

#include <libdeflate.h>

#include <memory>

namespace mxpulse::http {

std::string gzip(std::string_view body) {
  constexpr int kQuickest = 1;
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(kQuickest), &libdeflate_free_compressor);
  if (!compressor) return {};
  const std::size_t room = libdeflate_gzip_compress_bound(compressor.get(), body.size());
  const auto small = std::make_unique_for_overwrite<char[]>(room);  // more than the body: not to be filled with zeros first
  return {small.get(), libdeflate_gzip_compress(compressor.get(), body.data(), body.size(), small.get(), room)};
}

}  // namespace mxpulse::http
