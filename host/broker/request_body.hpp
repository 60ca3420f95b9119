#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pindus::broker {

/// A request's body on its way: what came of it and hasn't been sent, and, up to a limit, what has,
/// so that it can be sent again. One thread.
class RequestBody {
 public:
  /// The longest body that can be sent again.
  static constexpr std::size_t longest_kept = std::size_t{8} << 20;
  /// With so much unsent, the program has to wait.
  static constexpr std::size_t most_unsent = std::size_t{256} << 10;

  /// Nothing: it comes in chunks, and its end shows how long it is.
  explicit RequestBody(std::optional<std::uint64_t> length)
      : length_(length), is_whole_(length == std::uint64_t{0}) {}

  [[nodiscard]] std::optional<std::uint64_t> length() const noexcept { return length_; }
  [[nodiscard]] bool has_any() const noexcept { return length_ != std::uint64_t{0}; }
  /// Whether its end has come.
  [[nodiscard]] bool is_whole() const noexcept { return is_whole_; }
  [[nodiscard]] bool can_begin_again() const noexcept { return first_kept_ == 0; }
  [[nodiscard]] std::size_t unsent() const noexcept { return kept_.size() - next_; }
  [[nodiscard]] std::uint64_t received() const noexcept { return first_kept_ + kept_.size(); }
  /// All of it, where it is whole and can begin again; borrowed.
  [[nodiscard]] std::string_view whole() const noexcept { return kept_; }

  /// So much of it is about to come.
  void reserve(std::uint64_t size) {
    kept_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(size, most_unsent)));
  }

  void append(std::string_view bytes) {
    kept_.append(bytes);
    forget_sent();
  }
  void end() noexcept { is_whole_ = true; }

  /// Moves at most `size` bytes to `out`; how many they were.
  [[nodiscard]] std::size_t take(char* out, std::size_t size) {
    const std::size_t taken = kept_.copy(out, size, next_);
    next_ += taken;
    forget_sent();
    return taken;
  }

  void begin_again() noexcept { next_ = 0; }

 private:
  void forget_sent() {
    if (received() <= longest_kept || next_ < most_unsent / 2) return;
    kept_.erase(0, next_);
    first_kept_ += next_;
    next_ = 0;
  }

  std::optional<std::uint64_t> length_;
  bool is_whole_;
  std::string kept_;
  std::uint64_t first_kept_ = 0;
  std::size_t next_ = 0;
};

}  // namespace pindus::broker
