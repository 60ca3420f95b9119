#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include "core/command/credential_io.hpp"
#include "core/directory/provider_directory.hpp"
#include "core/environment.hpp"
#include "core/fault.hpp"
#include "core/services/services.hpp"
#include "core/vault/auth_vault.hpp"

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
  std::string account;
  Answers answers;                           ///< every question has one
  const OAuthCredentials* stored = nullptr;  ///< on a refresh or a revocation
  CredentialIo* io = nullptr;                ///< null: nobody may be asked or told
  bool open_browser = true;
  bool show_qr = true;
  const Environment* environment = nullptr;
  std::filesystem::path services_module;
  std::stop_token stop;
};

/// What a session ended with.
struct SessionOutcome {
  int32_t code = 0;  ///< PINDUS_OK or why not, see plugin.h
  Secret key;        ///< of an api key
  OAuthCredentials credentials;
  std::string message;  ///< why it failed; names the plugin where it is to blame
  std::string hint;
  std::optional<std::chrono::seconds> retry_after;  ///< of the last answer, on a failure
};

/// Loads the method's plugin (once a process) and runs one operation of it on this thread. A
/// plugin that is refused, lies or misbehaves is an outcome whose message names it. Any thread,
/// several at once.
[[nodiscard]] SessionOutcome run_method(const SessionRequest& request);

}  // namespace pindus
