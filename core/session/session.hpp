#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
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

/// What a host service answers; made of a code or of a Coded's error, so that TRY works.
struct Code {
  int32_t value = PINDUS_OK;
  Code(int32_t code) noexcept : value(code) {}                                    // NOLINT
  Code(const std::unexpected<int32_t>& error) noexcept : value(error.error()) {}  // NOLINT
};

/// Whether a plugin may see a secret's bytes. An api key, and what is made of one, is closed: no
/// service answers by what is in it, or by how long it is.
enum class Visibility { open, closed };

/// A secret behind a handle.
struct HeldSecret {
  Secret bytes;
  Visibility visibility = Visibility::open;
  bool for_people = false;  ///< what a server says is no secret: see is_for_people
};

/// Whether a member or field of that name is there for a person to read: RFC 6749 section 5.2's
/// error and its description, RFC 8628 section 3.2's code and addresses.
[[nodiscard]] bool is_for_people(std::string_view name) noexcept;

/// A JSON document behind a handle.
struct HeldJson {
  HeldJson(Json value, Secret source) : json(std::move(value)), text(std::move(source)) {}
  HeldJson(HeldJson&&) noexcept = default;
  HeldJson& operator=(HeldJson&&) noexcept = default;
  ~HeldJson() { json.wipe(); }
  Json json;
  Secret text;  ///< what it was parsed from
};

/// Why the operation fails, as far as is known.
struct SessionError {
  enum class Source { host, plugin };
  Source source = Source::host;
  int32_t code = PINDUS_OK;
  Reason why;
  std::string_view rule = {};  ///< of CONTRACT.md, which the plugin broke; a literal
};

/// What is kept of the last HTTP answer.
struct LastAnswer {
  using Headers = std::vector<std::pair<std::string, std::string>>;
  std::uint64_t id = 0;  ///< the handle of the headers
  Headers headers;
  std::chrono::system_clock::time_point arrived;
  std::optional<std::chrono::seconds> retry_after;
  std::string origin;  ///< of whom it is from
};

/// The credential that a plugin is putting together.
struct CredentialDraft {
  std::vector<std::pair<std::string, Secret>> members;  ///< an empty one is to be removed
  struct Lifetime {
    std::chrono::seconds length;
    std::chrono::system_clock::time_point from;
  };
  std::optional<Lifetime> lifetime;
  /// For the private drawer; an empty one is to be removed.
  std::vector<std::pair<std::string, Secret>> private_texts;
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
  /// When each answer came, by the handle of its headers.
  std::map<std::uint64_t, std::chrono::system_clock::time_point> arrivals;
  std::optional<std::chrono::steady_clock::time_point> code_expires;  ///< of the device code shown
  /// Whether an api key was asked for and not checked since: by checking one again and again with
  /// other rules a plugin could learn what it is.
  bool key_to_check = false;

  /// What ends a wait of the session. Nothing does in a refresh that has sent a request: the server
  /// may have ended the old token by now, and then only its answer is of use. Any thread.
  [[nodiscard]] std::stop_token stop() const { return goes_on_ ? std::stop_token() : stop_; }
  [[nodiscard]] bool stopped() const { return stop().stop_requested(); }
  [[nodiscard]] bool goes_on() const noexcept { return goes_on_; }
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

  /// The plugin's file name, for messages. Any thread, also one that outlives the request.
  [[nodiscard]] const std::string& plugin() const noexcept { return plugin_; }

  /// An option as plugin.h says: variable, stored client id, answers filled in.
  [[nodiscard]] std::optional<std::string> option(std::string_view name) const;

  /// The value of the variable that the manifest lets override an option.
  [[nodiscard]] std::optional<std::string> option_variable(std::string_view name) const;

  /// All options that end in "_url".
  [[nodiscard]] std::vector<std::string> addresses() const;

  /// The hosts of those.
  [[nodiscard]] std::vector<std::string> allowed_hosts() const;

  /// The services module, opened when first needed. Sets the error where it can't be.
  [[nodiscard]] Coded<Services*> services();

  /// A line for the person; the countdown makes place for it. Nobody there: nothing.
  void notice(std::string_view line);
  /// Tells a person who asked to stop, once, for whom and how long the session goes on all the
  /// same.
  void tell_of_delayed_stop(std::string_view host, std::chrono::steady_clock::time_point end);
  /// Tells the time that is left before the code on show expires, where there is one.
  void show_countdown();
  void clear_countdown();

  /// What a plugin says, as it may be seen: in place of each secret that it could know stands
  /// "***", control characters are gone, and what is too long is cut off. A secret is, with 8 bytes
  /// or more, what lives behind a handle, what the record to be or the stored one holds as a token
  /// or in its private drawer, and an option that ends in "secret"; but not what is for people or
  /// was shown on purpose.
  [[nodiscard]] std::string said(std::string_view text) const;
  /// The same for an address or a code, which is shown on purpose, so that nothing is cut off: what
  /// only lives behind a handle isn't masked, and from now on isn't elsewhere.
  [[nodiscard]] std::string shown_on_purpose(std::string_view text);

  /// Keeps a line until the session's thread comes by to print it as `said`, since CredentialIo is
  /// used on one thread. False where too many wait. Any thread.
  bool log(std::string line);
  void print_log();
  [[nodiscard]] bool logs() const noexcept { return logging_; }

  /// Notes why a host service failed, and the rule of CONTRACT.md that the plugin broke, where it
  /// did; answers its code.
  Code fail(int32_t code, Reason why, std::string_view rule = {});
  Code fail(int32_t code, std::string message, std::string hint = {}) {
    return fail(code, Reason{std::move(message), std::move(hint)});
  }

  /// The same of a plugin that broke a rule of CONTRACT.md; names it.
  Code broken(std::string_view rule, std::string_view what);

  /// Answers the code of a call that is refused, and keeps what is wrong with which argument for
  /// the log.
  Code refuse(int32_t code, std::string_view argument, std::string_view why);
  /// What the call under way was refused for, as far as it is known; and that it isn't, any more.
  [[nodiscard]] std::string take_refusal() noexcept { return std::exchange(refusal_, {}); }

  /// Gives a text to the plugin: a copy that is overwritten afterwards, so that a plugin that keeps
  /// the pointer (against P5) finds nothing.
  Code show(std::string_view text, pindus_read read, void* context);

  /// The bytes of a value, joined; closed if its secret is. PINDUS_TOO_LARGE beyond 1 MiB, but of
  /// what is closed: how much fits beside it would tell how long it is.
  [[nodiscard]] Coded<HeldSecret> joined(const pindus_value& value);

  /// Hands out a new secret. PINDUS_TOO_LARGE beyond 1 MiB, but of what is closed.
  Code give(HeldSecret secret, pindus_secret* out);

 private:
  const std::uint32_t number_;
  std::uint32_t answer_count_ = 0;
  const std::stop_token stop_;
  std::atomic<bool> goes_on_ = false;
  const bool logging_;
  const std::string plugin_;
  Services* services_ = nullptr;
  bool showing_ = false;
  bool countdown_shown_ = false;
  bool delayed_stop_told_ = false;
  std::string shown_;
  std::mutex log_mutex_;
  std::vector<Secret> log_lines_;  // not masked yet
  std::vector<std::string> on_purpose_;
  std::string refusal_;
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
