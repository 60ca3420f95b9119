#pragma once

#include <cstdint>
#include <map>
#include <new>
#include <utility>

namespace pindus {

/// What a handle of plugin.h stands for. Never zero, so that no handle is.
enum class HandleKind : std::uint8_t { session = 1, secret, json, headers };

/// A handle: 8 bits of kind, 32 of the session's number, 24 of an index.
[[nodiscard]] constexpr std::uint64_t make_handle(HandleKind kind, std::uint32_t session,
                                                  std::uint32_t index) noexcept {
  return std::uint64_t{static_cast<std::uint8_t>(kind)} << 56 | std::uint64_t{session} << 24 |
         index;
}

/// What the handles of one kind and session stand for. An index is given only once, so a handle
/// that was freed, or is of another session or kind, is never mistaken for one that lives.
template <typename T>
class HandleMap {
 public:
  HandleMap(HandleKind kind, std::uint32_t session) noexcept : kind_(kind), session_(session) {}

  /// The new handle. Throws std::bad_alloc after 2^24 of them.
  std::uint64_t add(T value) {
    if (next_ >= 1U << 24) throw std::bad_alloc();
    const std::uint64_t id = make_handle(kind_, session_, next_++);
    values_.emplace(id, std::move(value));
    return id;
  }

  /// Borrowed until it is erased; null where there is none.
  [[nodiscard]] T* find(std::uint64_t id) noexcept {
    const auto found = values_.find(id);
    return found == values_.end() ? nullptr : &found->second;
  }

  /// Those that live.
  [[nodiscard]] const std::map<std::uint64_t, T>& living() const noexcept { return values_; }

  /// Whether there was one.
  bool erase(std::uint64_t id) noexcept { return values_.erase(id) != 0; }

 private:
  HandleKind kind_;
  std::uint32_t session_;
  std::uint32_t next_ = 1;
  std::map<std::uint64_t, T> values_;
};

}  // namespace pindus
