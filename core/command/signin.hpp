#pragma once

#include <optional>
#include <string>

#include "core/base/auth_kind.hpp"
#include "core/command/command.hpp"

namespace pindus {

/// What the command line of `signin` says.
struct SigninOptions {
  std::optional<std::string> provider;
  std::optional<std::string> account;
  std::optional<AuthKind> method;
  Answers answers;  ///< --set
  bool list = false;
  bool open_browser = true;
  bool show_qr = true;
  OnExisting on_existing = OnExisting::refuse;
};

/// Lets the line be read into `options`, which must live as long as the body.
void declare(CommandOptions& command, SigninOptions& options);

}  // namespace pindus
