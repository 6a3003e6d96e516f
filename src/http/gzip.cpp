#include "http/gzip.hpp"

#include <libdeflate.h>

#include <memory>

namespace mxpulse::http {

std::string gzip(std::string_view body) {
  constexpr int kQuickest = 1;
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(kQuickest), &libdeflate_free_compressor);
  if (!compressor) return {};
  std::string small(libdeflate_gzip_compress_bound(compressor.get(), body.size()), '\0');
  small.resize(libdeflate_gzip_compress(compressor.get(), body.data(), body.size(), small.data(), small.size()));
  return small;
}

}  // namespace mxpulse::http
