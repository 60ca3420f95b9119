#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace pindus {

/// A value that is made when it is first asked for, and once. Any thread.
template <typename T>
class Lazy {
 public:
  explicit Lazy(std::function<T()> make) : make_(std::move(make)) {}

  [[nodiscard]] T& get() const {
    std::call_once(made_, [this] { value_ = std::make_unique<T>(make_()); });
    return *value_;
  }

 private:
  std::function<T()> make_;
  mutable std::once_flag made_;
  mutable std::unique_ptr<T> value_;
};

}  // namespace pindus
