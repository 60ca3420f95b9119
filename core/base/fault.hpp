#pragma once

#include <exception>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace pindus {

/// What kind of failure this is; programs branch on it. The names in the comments are how
/// programs that embed us spell them (core/library/fault_code).
enum class FaultKind {
  unknown_provider,  ///< unknown-provider
  invalid_key,       ///< invalid-key
  invalid_account,   ///< invalid-account
  name_collision,    ///< name-collision
  not_found,         ///< not-found
  vault,             ///< vault: the store, or the provider's server, or a plugin
  aborted,           ///< aborted: the person gave up, or the program cancelled
  usage,             ///< usage: a wrong command line; exit 2
  no_program,        ///< no-program: what was to be run isn't there; exit 127, as of a shell
  not_executable,    ///< not-executable: it is, and can't be run; exit 126
};

/// Why something can't be, for whoever makes a fault, a warning or a refusal of it. `message` is
/// one sentence without a final period that names the file, host or account; `hint` says what to do
/// and may be empty: lower case, no final period, a command alone where there is one. Neither ever
/// holds a secret.
struct Reason {
  std::string message = {};
  std::string hint = {};
};

/// A reason that is thrown, where a function's type has no room for it.
class ReasonError final : public std::exception {
 public:
  explicit ReasonError(Reason why) : why_(std::move(why)) {}
  explicit ReasonError(std::string message, std::string hint = {})
      : ReasonError(Reason{std::move(message), std::move(hint)}) {}

  [[nodiscard]] const Reason& why() const noexcept { return why_; }
  [[nodiscard]] const char* what() const noexcept override { return why_.message.c_str(); }

 private:
  Reason why_;
};

/// A failure that a person can act on: a reason, and of which kind it is.
struct CredentialFault {
  FaultKind kind = FaultKind::vault;
  std::string label;
  std::string message;
  std::string hint;
};

/// What a program exits with for it: 1 where its kind says nothing else.
[[nodiscard]] int exit_code_of(const CredentialFault& fault) noexcept;

/// A value or the fault that prevented it.
template <typename T>
using Result = std::expected<T, CredentialFault>;

/// A fault with its kind's usual label ("Credential store error", "Unknown provider", ...).
[[nodiscard]] CredentialFault credential_fault(FaultKind kind, std::string message,
                                               std::string hint = {});

/// The same as `std::unexpected`, for a `return` from a function that gives a Result.
[[nodiscard]] std::unexpected<CredentialFault> fail(FaultKind kind, std::string message,
                                                    std::string hint = {});

/// Faults whose cause is the provider, its server or its plugin: "Sign-in failed" and
/// "Refresh failed", of kind vault.
[[nodiscard]] CredentialFault sign_in_fault(std::string message, std::string hint = {});
[[nodiscard]] CredentialFault refresh_fault(std::string message, std::string hint = {});
[[nodiscard]] CredentialFault sign_in_fault(Reason why);
[[nodiscard]] CredentialFault refresh_fault(Reason why);

/// What a person sees: `label: message`, and the hint on an indented second line where there is
/// one; no final newline. Control characters and line breaks in the parts are removed.
[[nodiscard]] std::string format_credential_fault(const CredentialFault& fault);

/// `text` with "..." for the user and password of each address in it (RFC 3986, section 3.2.1):
/// people paste them, and a message is no place for a password.
[[nodiscard]] std::string without_users(std::string_view text);

/// `text` without control characters (C0, DEL, C1 in UTF-8, those for the direction of a line) and
/// without bytes that are not UTF-8, at most `limit` bytes: for whatever a server or a file said.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 300);

/// Whether `printable` would leave `text` as it is: UTF-8 without control characters.
[[nodiscard]] bool is_printable(std::string_view text) noexcept;

}  // namespace pindus

/// The value of a Result, where it has one, or return its fault from this function.
#define TRY(expression)                                          \
  __extension__({                                                \
    auto&& pindus_result_ = (expression);                        \
    if (!pindus_result_) {                                       \
      return std::unexpected(std::move(pindus_result_).error()); \
    }                                                            \
    *std::move(pindus_result_);                                  \
  })
