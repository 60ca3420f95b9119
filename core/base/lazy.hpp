#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace pindus {

/// A value that is made when it is first asked for, and once. Any thread.
template <typename T>
class Lazy {
 public:
  explicit Lazy(std::function<T()> make) : make_(std::move(make)) {}

  [[nodiscard]] T& get() const {
    std::call_once(made_, [this] { value_.emplace(make_()); });
    return *value_;
  }

 private:
  std::function<T()> make_;
  mutable std::once_flag made_;
  mutable std::optional<T> value_;
};

}  // namespace pindus
