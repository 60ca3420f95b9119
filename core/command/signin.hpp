#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/command/command.hpp"

namespace pindus {

/// What the command line of `signin` says.
struct SigninOptions {
  std::optional<std::string> provider;
  std::optional<std::string> account;
  std::optional<std::string> method;  ///< a name, or that of a kind
  Answers answers;                    ///< --set
  std::string scope;                  ///< --scope: besides what the account has
  std::string allowed_issuer;         ///< --allow-issuer
  bool new_client = false;            ///< --new-client
  std::vector<std::string> command;   ///< that prints the key: nobody is asked for one
  bool list = false;
  bool accept_move = false;
  bool open_browser = true;
  bool show_qr = true;
  OnExisting on_existing = OnExisting::refuse;
};

/// Lets the line be read into `options`, which must live as long as the body.
void declare(CommandOptions& command, SigninOptions& options);

/// `signin --accept-move`: signs nobody in. What is stored was issued by one server, the manifests
/// name another, and the person knows that it is the same under a new address: from now on refresh
/// and revocation go there. Asks no server. Faults: unknown-provider; not-found ("No such
/// account"); vault.
[[nodiscard]] Result<void> accept_move(const Account& account, const Context& context);

}  // namespace pindus
