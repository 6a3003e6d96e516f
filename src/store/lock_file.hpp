// Keeps a second daemon from the same store.
#pragma once

#include <string>

#include "mxpulse/result.hpp"
#include "net/descriptor.hpp"

namespace mxpulse::store {

// Held as long as it lives; the kernel lets go of it with the process, however that ends.
class LockFile {
 public:
  // Fails with the pid of who holds it. `held_elsewhere` tells that from a lock that cannot be made (read-only, full).
  static Result<LockFile> take(const std::string& path, bool& held_elsewhere);

 private:
  explicit LockFile(net::Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  net::Descriptor descriptor_;
};

}  // namespace mxpulse::store
