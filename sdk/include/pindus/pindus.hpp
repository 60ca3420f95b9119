/// @file
/// pindus/pindus.h in C++20: values, results, callbacks, std::stop_token and futures. Header only;
/// what it compiles to is the program's, and what crosses to the library is C.
///
///     auto context = pindus::Context::open();
///     auto key = context->read_usable_key({.provider = "openai"});
///     if (!key) std::cerr << pindus::format_credential_fault(key.error()) << '\n';
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <pindus/pindus.h>

namespace pindus {
inline namespace library_1 {

/// Why something failed. Never holds a secret.
struct CredentialFault {
  std::int32_t code = PINDUS_FAULT_NONE;  ///< enum pindus_fault_code
  std::string label = {};                 ///< "No such key"
  std::string message = {};               ///< one sentence that names the file, host or account
  std::string hint = {};                  ///< what to do about it; may be empty
};

/// A value or the fault that prevented it, as std::expected of C++23 has them. `value` of a fault
/// throws std::bad_variant_access.
template <typename T>
class [[nodiscard]] Result {
 public:
  /// As of std::expected.
  ///@{
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
  Result(CredentialFault fault) : held_(std::in_place_index<1>, std::move(fault)) {}

  [[nodiscard]] bool has_value() const noexcept { return held_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }
  [[nodiscard]] T& value() & { return std::get<0>(held_); }
  [[nodiscard]] const T& value() const& { return std::get<0>(held_); }
  [[nodiscard]] T&& value() && { return std::get<0>(std::move(held_)); }
  [[nodiscard]] T& operator*() & noexcept { return *std::get_if<0>(&held_); }
  [[nodiscard]] const T& operator*() const& noexcept { return *std::get_if<0>(&held_); }
  [[nodiscard]] T&& operator*() && noexcept { return std::move(*std::get_if<0>(&held_)); }
  [[nodiscard]] T* operator->() noexcept { return std::get_if<0>(&held_); }
  [[nodiscard]] const T* operator->() const noexcept { return std::get_if<0>(&held_); }
  [[nodiscard]] const CredentialFault& error() const { return std::get<1>(held_); }
  ///@}

 private:
  std::variant<T, CredentialFault> held_;
};

/// Nothing, or the fault that prevented what was to be done.
template <>
class [[nodiscard]] Result<void> {
 public:
  /// As of std::expected.
  ///@{
  Result() = default;
  Result(CredentialFault fault) : fault_(std::move(fault)) {}

  [[nodiscard]] bool has_value() const noexcept { return !fault_; }
  explicit operator bool() const noexcept { return has_value(); }
  [[nodiscard]] const CredentialFault& error() const { return fault_.value(); }
  ///@}

 private:
  std::optional<CredentialFault> fault_;
};

/// A key that a request can use, and where it is from.
struct UsableKey {
  std::string key;        ///< what a request sends
  bool is_token = false;  ///< of a sign-in, else an api key
  std::string account;    ///< empty: not of a stored account
  std::string variable;   ///< else the environment variable
  std::string file;       ///< the file that this variable names
  std::string warning;    ///< what the person should know although the key is usable
  std::string json;       ///< the key with the record's other members that are no secrets
  std::optional<std::chrono::system_clock::time_point> expires = {};  ///< of a token
};

/// Which key is asked for; see pindus_key_request. The texts are borrowed.
struct KeyRequest {
  std::string_view provider;          ///< "openai"
  std::string_view account = {};      ///< empty: the one that is meant here
  std::string_view refused = {};      ///< a token that a server has refused (401)
  std::chrono::seconds valid_for{0};  ///< 0: the provider's margin
  bool force = false;                 ///< refresh whatever it has left
  std::stop_token stop = {};          ///< ends the call within 100 ms
};

/// What is asked of the person: PINDUS_QUESTION_*.
using QuestionKind = pindus_question_kind;

/// How the library talks to the person. Functions that are empty do nothing; without `ask` every
/// question ends what asks it. An exception of theirs comes out of the function that called them.
struct CredentialIo {
  std::function<void(std::string_view line)> print = {};   ///< a line of the result
  std::function<void(std::string_view line)> notice = {};  ///< a line for the person
  /// The answer; nothing: the person gave up.
  std::function<std::optional<std::string>(QuestionKind kind, std::string_view question)> ask = {};
  std::function<bool(std::string_view url)> open_url = {};  ///< whether a browser was opened
  /// What is left of a wait; nothing: it is over.
  std::function<void(std::optional<std::chrono::seconds> left)> countdown = {};
  bool interactive = false;  ///< a person answers: questions may be put again
};

/// One sign-in; see pindus_sign_in_request. The texts are borrowed.
struct SignIn {
  std::string_view provider;      ///< "anthropic"
  std::string_view account = {};  ///< empty: "default"
  std::string_view method = {};   ///< empty: the provider's first
  std::string_view api_key = {};  ///< the key itself: nobody is asked for it
  /// To the questions of the provider's manifest; those that are missing are asked.
  std::vector<std::pair<std::string, std::string>> answers = {};
  bool replace = false;       ///< an account that is there already
  std::stop_token stop = {};  ///< ends it within 100 ms
};

/// What became of a command line.
struct CredentialResult {
  bool handled = false;  ///< false: no command of ours; nothing was done or printed
  int exit_code = 0;     ///< what the command `pindus` would end with
  std::optional<CredentialFault> fault = {};  ///< which nobody has printed yet
};

/// What a context is opened with; see pindus_open_options. The texts are borrowed.
struct OpenOptions {
  std::string_view profile = {};              ///< absolute; empty: that of the command `pindus`
  std::string_view folder = {};               ///< whose rules count; empty: the working one
  bool in_memory = false;                     ///< the vault is in this process alone
  std::string_view vault = {};                ///< what one in memory begins with
  std::vector<std::string> plugin_path = {};  ///< further folders of manifests and plugins
};

namespace detail {

inline pindus_text text_of(std::string_view text) {
  return {text.data(), text.size()};
}

inline std::string_view view_of(pindus_text text) {
  return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}

inline CredentialFault fault_of(std::int32_t code) {
  pindus_fault fault = {};
  fault.size = sizeof fault;
  pindus_last_fault(&fault);
  return {code, std::string(view_of(fault.label)), std::string(view_of(fault.message)),
          std::string(view_of(fault.hint))};
}

inline Result<void> result_of(std::int32_t code) {
  if (code == PINDUS_FAULT_NONE) return {};
  return fault_of(code);
}

/// Takes a text that the library shows; what is thrown for want of memory is kept for `rethrow`.
class Taken {
 public:
  static void take(void* self, pindus_text text) noexcept {
    auto& taken = *static_cast<Taken*>(self);
    try {
      taken.text_ = view_of(text);
    } catch (...) {
      taken.thrown_ = std::current_exception();
    }
  }
  Result<std::string> result(std::int32_t code) {
    if (thrown_) std::rethrow_exception(thrown_);
    if (code != PINDUS_FAULT_NONE) return fault_of(code);
    return std::move(text_);
  }

 private:
  std::string text_;
  std::exception_ptr thrown_;
};

/// A std::stop_token as the library has it; one that can't stop costs nothing.
class Stop {
 public:
  explicit Stop(const std::stop_token& token) {
    if (!token.stop_possible()) return;
    failed_ = pindus_stop_new(&stop_);
    if (failed_ == PINDUS_FAULT_NONE) callback_.emplace(token, Request{stop_});
  }
  Stop(const Stop&) = delete;
  Stop& operator=(const Stop&) = delete;
  ~Stop() {
    callback_.reset();
    pindus_stop_free(stop_);
  }
  [[nodiscard]] pindus_stop get() const noexcept { return stop_; }
  /// What making it came to.
  [[nodiscard]] std::int32_t code() const noexcept { return failed_; }

 private:
  struct Request {
    pindus_stop stop;
    void operator()() const noexcept { pindus_stop_request(stop); }
  };
  pindus_stop stop_ = {0};
  std::int32_t failed_ = PINDUS_FAULT_NONE;
  std::optional<std::stop_callback<Request>> callback_;
};

/// The caller's functions behind the library's.
class Io {
 public:
  explicit Io(const CredentialIo& io) : io_(io) {
    table_.size = sizeof table_;
    table_.flags = io.interactive ? PINDUS_IO_INTERACTIVE : 0;
    table_.user = this;
    table_.print = &print;
    table_.notice = &notice;
    if (io.ask) table_.ask = &ask;
    if (io.open_url) table_.open_url = &open_url;
    table_.countdown = &countdown;
  }
  Io(const Io&) = delete;
  Io& operator=(const Io&) = delete;
  [[nodiscard]] const pindus_io* get() const noexcept { return &table_; }
  void rethrow() const {
    if (thrown_) std::rethrow_exception(thrown_);
  }

 private:
  template <typename Body>
  static void guarded(void* self, const Body& body) noexcept {
    Io& io = *static_cast<Io*>(self);
    try {
      if (!io.thrown_) body(io.io_);
    } catch (...) {
      io.thrown_ = std::current_exception();
    }
  }
  static void print(void* self, pindus_text line) noexcept {
    guarded(self, [&](const CredentialIo& io) {
      if (io.print) io.print(view_of(line));
    });
  }
  static void notice(void* self, pindus_text line) noexcept {
    guarded(self, [&](const CredentialIo& io) {
      if (io.notice) io.notice(view_of(line));
    });
  }
  static std::int32_t ask(void* self, const pindus_question* question, pindus_receive answer,
                          void* answer_user) noexcept {
    std::int32_t code = PINDUS_FAULT_ABORTED;
    guarded(self, [&](const CredentialIo& io) {
      const auto given = io.ask(static_cast<QuestionKind>(question->kind), view_of(question->text));
      if (!given) return;
      answer(answer_user, text_of(*given));
      code = PINDUS_FAULT_NONE;
    });
    return code;
  }
  static std::int32_t open_url(void* self, pindus_text url) noexcept {
    bool is_open = false;
    guarded(self, [&](const CredentialIo& io) { is_open = io.open_url(view_of(url)); });
    return is_open ? 1 : 0;
  }
  static void countdown(void* self, std::int64_t seconds) noexcept {
    guarded(self, [&](const CredentialIo& io) {
      if (!io.countdown) return;
      io.countdown(seconds < 0 ? std::nullopt : std::optional(std::chrono::seconds(seconds)));
    });
  }

  const CredentialIo& io_;
  pindus_io table_ = {};
  std::exception_ptr thrown_;
};

struct TakenKey {
  UsableKey key;
  std::exception_ptr thrown;
  static void take(void* self, const pindus_key* shown) noexcept {
    auto& taken = *static_cast<TakenKey*>(self);
    try {
      taken.key = {std::string(view_of(shown->key)),     shown->kind == PINDUS_KIND_OAUTH,
                   std::string(view_of(shown->account)), std::string(view_of(shown->variable)),
                   std::string(view_of(shown->file)),    std::string(view_of(shown->warning)),
                   std::string(view_of(shown->json))};
      if (shown->expires_ms != 0) {
        taken.key.expires =
            std::chrono::system_clock::time_point(std::chrono::milliseconds(shown->expires_ms));
      }
    } catch (...) {
      taken.thrown = std::current_exception();
    }
  }
};

inline pindus_key_request request_of(const KeyRequest& asked, const Stop& stop) {
  pindus_key_request request = {};
  request.size = sizeof request;
  request.flags = asked.force ? PINDUS_KEY_FORCE : 0;
  request.provider = text_of(asked.provider);
  request.account = text_of(asked.account);
  request.refused = text_of(asked.refused);
  request.valid_for_s = asked.valid_for.count();
  request.stop = stop.get();
  return request;
}

}  // namespace detail
}  // namespace library_1
}  // namespace pindus

#include <pindus/context.hpp>
