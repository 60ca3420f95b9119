#pragma once

#include <string>

#include "core/session/run_method.hpp"

namespace pindus {

/// One sign-in, by whichever method.
struct SignIn {
  const Provider& provider;
  const Method& method;
  std::string account = "default";
  Answers answers = {};  ///< those that are missing are asked for
  /// What the record's private drawer has from the start, and keeps: the secret of a client that
  /// was registered. Borrowed; null: nothing.
  const OAuthCredentials* drawer = nullptr;
  bool open_browser = true;
  bool show_qr = true;
};

/// What a sign-in gave: the key of an api-key method, the credentials of any other. The further
/// members of the record are those of `credentials` in any case.
struct SignedIn {
  Secret key;
  OAuthCredentials credentials;
};

/// Fault: unknown-provider, where a manifest takes the provider out of use, or one is refused.
[[nodiscard]] Result<void> check_usable(const Provider& provider);

/// Signs in and stores nothing; `session` is what it works with. Waits for the person and the
/// network. Faults: those of check_usable; usage, for a wrong answer; invalid-key; aborted; vault
/// ("Sign-in failed").
[[nodiscard]] Result<SignedIn> sign_in(const SignIn& request, SessionRequest session);

}  // namespace pindus
