#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <pindus/plugin.h>

#include "core/base/json.hpp"
#include "core/base/secret.hpp"
#include "core/session/handles.hpp"
#include "core/session/run_method.hpp"

namespace pindus {

/// A value or a PINDUS_* code other than PINDUS_OK.
template <typename T>
using Coded = std::expected<T, int32_t>;

/// What a host service answers; made of a code or of a Coded's error, so that PINDUS_TRY works.
struct Code {
  int32_t value = PINDUS_OK;
  Code(int32_t code) noexcept : value(code) {}                                    // NOLINT
  Code(const std::unexpected<int32_t>& error) noexcept : value(error.error()) {}  // NOLINT
};

/// Whether a plugin may see a secret's bytes. An api key, and what is made of one, is closed.
enum class Visibility { open, closed };

/// A secret behind a handle.
struct HeldSecret {
  Secret bytes;
  Visibility visibility = Visibility::open;
};

/// A JSON document behind a handle.
struct HeldJson {
  explicit HeldJson(Json value) : json(std::move(value)) {}
  HeldJson(HeldJson&&) noexcept = default;
  HeldJson& operator=(HeldJson&&) noexcept = default;
  ~HeldJson() { json.wipe(); }
  Json json;
};

/// Why the operation fails, as far as is known.
struct SessionError {
  enum class Source { host, plugin };
  Source source = Source::host;
  int32_t code = PINDUS_OK;
  Reason why;
};

/// What is kept of the last HTTP answer.
struct LastAnswer {
  using Headers = std::vector<std::pair<std::string, std::string>>;
  std::uint64_t id = 0;  ///< the handle of the headers
  Headers headers;
  std::chrono::system_clock::time_point arrived;
  std::optional<std::chrono::seconds> retry_after;
};

/// The credential that a plugin is putting together.
struct CredentialDraft {
  std::vector<std::pair<std::string, Secret>> members;  ///< an empty one is to be removed
  struct Lifetime {
    std::chrono::seconds length;
    std::chrono::system_clock::time_point from;
  };
  std::optional<Lifetime> lifetime;
  bool committed = false;

  [[nodiscard]] const Secret* find(std::string_view name) const noexcept;
};

/// One operation of a plugin while it runs: what the host services work on. Made, used and ended on
/// one thread, but for `log` and `stopped`.
class Session {
 public:
  Session(const SessionRequest& request, std::uint32_t number);

  const SessionRequest& request;
  const std::uint64_t id;
  const std::thread::id thread = std::this_thread::get_id();

  HandleMap<HeldSecret> secrets;
  HandleMap<HeldJson> documents;
  std::optional<SessionError> error;
  CredentialDraft draft;
  std::optional<LastAnswer> last_answer;
  std::optional<std::chrono::steady_clock::time_point> code_expires;  ///< of the device code shown

  /// What ends a wait of the session. Nothing does in a refresh that has sent a request: the server
  /// may have ended the old token by now, and then only its answer is of use. Any thread.
  [[nodiscard]] std::stop_token stop() const { return goes_on_ ? std::stop_token() : stop_; }
  [[nodiscard]] bool stopped() const { return stop().stop_requested(); }
  /// To be called when a request was sent.
  void request_sent() noexcept { goes_on_ = request.operation == Operation::refresh; }

  /// How much of the session's time is left; without a deadline any amount.
  [[nodiscard]] std::chrono::milliseconds time_left() const;

  /// A handle for the headers of a new answer.
  [[nodiscard]] std::uint64_t next_headers_id() noexcept {
    return make_handle(HandleKind::headers, number_, ++answer_count_);
  }

  /// When the last answer came; now, where there was none.
  [[nodiscard]] std::chrono::system_clock::time_point answered_at() const {
    return last_answer ? last_answer->arrived : std::chrono::system_clock::now();
  }

  /// Whether a read callback of the plugin is running.
  [[nodiscard]] bool showing() const noexcept { return showing_; }

  /// The plugin's file name, for messages.
  [[nodiscard]] const std::string& plugin() const noexcept { return request.method->library; }

  /// An option as plugin.h says: variable, stored client id, answers filled in.
  [[nodiscard]] std::optional<std::string> option(std::string_view name) const;

  /// The hosts of all options that end in "_url".
  [[nodiscard]] std::vector<std::string> allowed_hosts() const;

  /// The services module, opened when first needed. Sets the error where it can't be.
  [[nodiscard]] Coded<Services*> services();

  /// A line for the person; the countdown makes place for it. Nobody there: nothing.
  void notice(std::string_view line);
  /// Tells the time that is left before the code on show expires, where there is one.
  void show_countdown();
  void clear_countdown();

  /// Keeps a line until the session's thread comes by to print it, since CredentialIo is used on
  /// one thread. False where too many wait. Any thread.
  bool log(std::string line);
  void print_log();

  /// Notes why a host service failed, and answers its code.
  Code fail(int32_t code, Reason why);
  Code fail(int32_t code, std::string message, std::string hint = {}) {
    return fail(code, Reason{std::move(message), std::move(hint)});
  }

  /// Gives a text to the plugin: a copy that is overwritten afterwards, so that a plugin that keeps
  /// the pointer (against P5) finds nothing.
  Code show(std::string_view text, pindus_read read, void* context);

  /// The bytes of a value, joined; closed if its secret is. PINDUS_TOO_LARGE beyond 1 MiB.
  [[nodiscard]] Coded<HeldSecret> joined(const pindus_value& value);

  /// Hands out a new secret. PINDUS_TOO_LARGE beyond 1 MiB.
  Code give(HeldSecret secret, pindus_secret* out);

 private:
  const std::uint32_t number_;
  std::uint32_t answer_count_ = 0;
  const std::stop_token stop_;
  std::atomic<bool> goes_on_ = false;
  const bool logging_;
  Services* services_ = nullptr;
  bool showing_ = false;
  bool countdown_shown_ = false;
  std::string shown_;
  std::mutex log_mutex_;
  std::vector<std::string> log_lines_;
};

/// No text, secret or document is larger.
inline constexpr std::size_t max_value_size = std::size_t{1} << 20;

/// A text that came from a plugin. PINDUS_INVALID_ARGUMENT for a null pointer with a size,
/// PINDUS_TOO_LARGE beyond 1 MiB.
[[nodiscard]] Coded<std::string_view> text_of(pindus_str text) noexcept;

/// A text of ours, for a call.
[[nodiscard]] inline pindus_str borrowed(std::string_view text) noexcept {
  return {text.data(), text.size()};
}

/// A session that plugins can name, from here to the end of this object. The session-thread only.
class OpenSession {
 public:
  explicit OpenSession(const SessionRequest& request);
  OpenSession(const OpenSession&) = delete;
  OpenSession& operator=(const OpenSession&) = delete;
  ~OpenSession();

  Session& operator*() const noexcept { return *session_; }
  Session* operator->() const noexcept { return session_.get(); }

 private:
  std::shared_ptr<Session> session_;
};

/// The session of that handle; null where it is none or has ended. Any thread: what is shared keeps
/// `log` and `stopped` safe on a thread that outlives the session.
[[nodiscard]] std::shared_ptr<Session> find_session(std::uint64_t id);

}  // namespace pindus
