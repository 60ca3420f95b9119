#include <fmt/format.h>

#include <memory>

#include "core/broker/control.hpp"
#include "core/command/commands.hpp"

namespace pindus {
namespace {

struct AuthRevokeOptions {
  std::optional<std::string> run_or_token;
  bool all = false;
};

Result<void> run_auth_revoke(const AuthRevokeOptions& options, Context& context,
                             CredentialResult&) {
  const std::filesystem::path profile = TRY(context.profile());
  const std::int64_t count =
      TRY(options.all ? broker::revoke_all(profile)
                      : broker::revoke(profile, options.run_or_token.value_or("")));
  if (count == 0 && !options.all) {
    return std::unexpected(
        CredentialFault{FaultKind::not_found, "Nothing to revoke",
                        "no run of that name, or with that token, is granted anything",
                        "pindus auth serve --list"});
  }
  context.io().print(count == 1 ? std::string("Revoked one grant.")
                                : fmt::format("Revoked {} grants.", count));
  return {};
}

}  // namespace

CommandBody declare_auth_revoke(CommandOptions& command) {
  const auto options = std::make_shared<AuthRevokeOptions>();
  command.positional("RUN", options->run_or_token,
                     "as auth serve --list names it, or the token that auth grant printed");
  command.flag("--all", options->all, "whatever is granted");
  command.check([options]() -> std::optional<std::string> {
    if (options->all != options->run_or_token.has_value()) return std::nullopt;
    return "a run or --all is needed";
  });
  return [options](Context& context, CredentialResult& result) {
    return run_auth_revoke(*options, context, result);
  };
}

}  // namespace pindus
