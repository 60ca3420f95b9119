#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include <pindus/plugin.h>

#include "core/base/environment.hpp"
#include "core/base/fault.hpp"
#include "core/providers/providers.hpp"
#include "core/services/services.hpp"
#include "core/session/credential_io.hpp"
#include "core/vault/credentials.hpp"

namespace pindus {

/// One operation of a plugin.
enum class Operation { sign_in, refresh, revoke };

/// Answers to a method's questions, by name.
using Answers = std::map<std::string, std::string, std::less<>>;

/// What a session works with. Everything borrowed must outlive run_method.
struct SessionRequest {
  Operation operation = Operation::sign_in;
  const Provider* provider = nullptr;
  const Method* method = nullptr;
  std::string account = {};
  Answers answers = {};                      ///< of normal_answers: every question has one
  const OAuthCredentials* stored = nullptr;  ///< on a refresh or a revocation; see SignIn::drawer
  CredentialIo* io = nullptr;                ///< null: nobody may be asked or told
  bool open_browser = true;
  bool show_qr = true;
  const Environment* environment = nullptr;
  /// For lines that ask nothing: why a stop takes long, and the plugin's log where io is null.
  std::function<void(std::string_view line)> say = {};
  std::filesystem::path services_module = {};
  Services* services = nullptr;  ///< for tests; null: services_module is opened when first needed
  const pindus_host_1* host = nullptr;  ///< another table for the plugin; null: host_table()
  std::stop_token stop = {};  ///< a refresh whose request has been sent goes on to its end
  /// No request or sleep of the session outlasts it: somebody waits for a refresh or a revocation.
  std::optional<std::chrono::steady_clock::time_point> deadline = {};
};

/// The services of a session, opened where they must be. Fault: vault. Any thread.
[[nodiscard]] Result<Services*> services_of(const SessionRequest& request);

/// What a session ended with.
struct SessionOutcome {
  int32_t code = 0;  ///< PINDUS_OK or why not, see plugin.h
  Secret key;        ///< of an api key
  OAuthCredentials credentials;
  Reason why;             ///< on a failure; names the plugin where it is to blame
  std::string_view rule;  ///< of CONTRACT.md, which the plugin broke; empty: none
  bool answered = false;  ///< a failure after a server's answer
  std::optional<std::chrono::seconds> retry_after;  ///< of that answer
};

/// Loads the method's plugin (once a process) and runs one operation of it on this thread. A
/// plugin that is refused, lies or misbehaves is an outcome whose message names it. Nothing is run
/// of a provider that is refused, nor where what is stored would go to another server than the one
/// that issued it. Prints the method's `notice` before a sign-in. Any thread, several at once.
[[nodiscard]] SessionOutcome run_method(const SessionRequest& request);

/// An answer as it is stored and filled in: of a `host` question the lower-case host, or host:port,
/// of a bare name or URL; of a `text` one without blanks at its ends. A blank answer is the
/// default. Fault: usage, for a blank one that must not be, for what is no host or holds control
/// characters.
[[nodiscard]] Result<std::string> normal_answer(const Question& question, std::string_view answer);

/// An answer to each of the method's questions, in its normal form; one that is missing is the
/// default. Fault: usage, as normal_answer.
[[nodiscard]] Result<Answers> normal_answers(const Method& method, const Answers& given);

/// The same, where those that are missing are asked for through `io`; where nobody is there to be
/// asked (or io is null) a default is taken unasked. Faults: usage for a name that no question has
/// or a bad answer; aborted where the person gave up.
[[nodiscard]] Result<Answers> complete_answers(const Method& method, const Answers& given,
                                               CredentialIo* io, const std::stop_token& stop);

/// What the questions were answered with when this credential was made: the record has an answer
/// where it wasn't the default. Fault: usage, where another program wrote what no answer can be.
[[nodiscard]] Result<Answers> stored_answers(const Method& method, const OAuthCredentials& stored);

}  // namespace pindus
