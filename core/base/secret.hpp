#pragma once

#include <string.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace pindus {

/// Bytes that are overwritten when they are no longer needed. Moving wipes the source. Not copied
/// by accident: a copy is asked for by name. Any thread, one at a time.
class Secret {
 public:
  Secret() = default;

  /// Takes over `bytes`.
  explicit Secret(std::string bytes) noexcept : bytes_(std::move(bytes)) { wipe(bytes); }
  explicit Secret(std::string_view bytes) : bytes_(bytes) {}

  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { wipe(other.bytes_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe(bytes_);
      bytes_ = std::move(other.bytes_);
      wipe(other.bytes_);
    }
    return *this;
  }
  ~Secret() { wipe(bytes_); }

  [[nodiscard]] Secret copy() const { return Secret(std::string_view(bytes_)); }

  /// The bytes, borrowed for as long as this object lives unchanged.
  [[nodiscard]] std::string_view view() const noexcept { return bytes_; }
  [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

 private:
  // The whole capacity: a short string moved out of its small buffer leaves its bytes behind.
  static void wipe(std::string& bytes) noexcept {
    bytes.clear();
    bytes.resize(bytes.capacity());
    explicit_bzero(bytes.data(), bytes.size());
    bytes.clear();
  }

  std::string bytes_;
};

/// Overwrites memory before it gives it back.
template <typename T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <typename U>
  explicit WipingAllocator(const WipingAllocator<U>&) noexcept {}
  T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* memory, std::size_t count) noexcept {
    explicit_bzero(memory, count * sizeof(T));
    std::allocator<T>().deallocate(memory, count);
  }
  friend bool operator==(const WipingAllocator&, const WipingAllocator&) { return true; }
};

/// Text that holds secrets among other things and is cut and joined: the vault's. No copy of it
/// stays behind in freed memory, also not when it grows.
using SecretText = std::basic_string<char, std::char_traits<char>, WipingAllocator<char>>;

}  // namespace pindus
