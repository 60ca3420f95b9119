#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <utility>

#include <pindus/plugin.h>

namespace pindus::sdk {

/// Why something failed: one of plugin.h's result codes, never PINDUS_OK. The sentence for the
/// person is not in here: Session::fail hands it to the host.
struct [[nodiscard]] Error {
  int32_t code = PINDUS_INTERNAL;
};

/// A value, or why there is none.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT: converts, like std::expected
  Result(Error error) : code_(error.code) {}     // NOLINT
  explicit operator bool() const { return value_.has_value(); }
  // Whoever takes the value has looked.
  // NOLINTBEGIN(bugprone-unchecked-optional-access)
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  // NOLINTEND(bugprone-unchecked-optional-access)

  /// PINDUS_OK where there is a value.
  [[nodiscard]] int32_t code() const { return code_; }
  [[nodiscard]] Error error() const {
    assert(!value_);
    return Error{code_};
  }

  /// Turns PINDUS_NOT_FOUND into an empty optional; other errors stay errors.
  [[nodiscard]] Result<std::optional<T>> if_found() && {
    if (value_) return std::optional<T>(std::move(value_));
    if (code_ == PINDUS_NOT_FOUND) return std::optional<T>();
    return Error{code_};
  }

 private:
  std::optional<T> value_;
  int32_t code_ = PINDUS_OK;
};

/// Success, or why not.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : code_(error.code) {}  // NOLINT

  /// From what a function of plugin.h returned.
  static Status of(int32_t code) { return code == PINDUS_OK ? Status() : Status(Error{code}); }

  explicit operator bool() const { return code_ == PINDUS_OK; }
  [[nodiscard]] int32_t code() const { return code_; }
  [[nodiscard]] Error error() const {
    assert(code_ != PINDUS_OK);
    return Error{code_};
  }

 private:
  int32_t code_ = PINDUS_OK;
};

}  // namespace pindus::sdk

#define PINDUS_JOIN_(a, b) a##b
#define PINDUS_JOIN(a, b) PINDUS_JOIN_(a, b)

/// PINDUS_TRY(auto body, session.get(url)); takes the value, or returns the error to the caller.
// NOLINTBEGIN(bugprone-macro-parentheses): a declaration has none
#define PINDUS_TRY(declaration, expression)                  \
  auto PINDUS_JOIN(pindus_result_, __LINE__) = (expression); \
  if (!PINDUS_JOIN(pindus_result_, __LINE__)) {              \
    return PINDUS_JOIN(pindus_result_, __LINE__).error();    \
  }                                                          \
  declaration = std::move(*PINDUS_JOIN(pindus_result_, __LINE__))
// NOLINTEND(bugprone-macro-parentheses)

/// PINDUS_CHECK(session.commit()); returns the error to the caller where there is one.
#define PINDUS_CHECK(expression)                                                         \
  do {                                                                                   \
    if (auto pindus_status = (expression); !pindus_status) return pindus_status.error(); \
  } while (false)
