// A text that its copies share.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace mxpulse {

// Eight bytes a copy, and one block for all: what that saves beside std::string and std::shared_ptr is in tests/bench/README.md.
// Never changes once made, so that copies may be read on any thread.
class SharedText {
 public:
  SharedText() = default;  // empty: no block
  explicit SharedText(std::string_view text) : block_(text.empty() ? nullptr : made_of(text)) {}

  SharedText(const SharedText& other) noexcept : block_(other.block_) {
    if (block_ != nullptr) block_->holders.fetch_add(1, std::memory_order_relaxed);
  }
  SharedText(SharedText&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  SharedText& operator=(SharedText other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~SharedText() {
    if (block_ != nullptr && block_->holders.fetch_sub(1, std::memory_order_acq_rel) == 1) ::operator delete(block_);
  }

  bool empty() const { return block_ == nullptr; }
  std::string_view view() const { return empty() ? std::string_view() : std::string_view(block_->characters(), block_->length); }
  const char* c_str() const { return empty() ? "" : block_->characters(); }

  bool operator==(const SharedText& other) const { return block_ == other.block_ || view() == other.view(); }

 private:
  struct Block {
    std::atomic<std::uint32_t> holders;
    std::uint32_t length;

    // They stand behind it, with a zero at their end.
    char* characters() { return reinterpret_cast<char*>(this + 1); }
  };

  static Block* made_of(std::string_view text) {
    void* const room = ::operator new(sizeof(Block) + text.size() + 1);
    auto* const block = ::new (room) Block{1, static_cast<std::uint32_t>(text.size())};
    *std::copy(text.begin(), text.end(), block->characters()) = '\0';
    return block;
  }

  Block* block_ = nullptr;
};

// Sentences name what is a view, too. C++26 has it (P2591).
inline std::string operator+(std::string_view one, std::string_view other) { return std::string(one).append(other); }

}  // namespace mxpulse
