#pragma once

#include "core/command/command.hpp"

namespace pindus {

/// `signin --list`: the accounts that are stored, of one provider or all.
[[nodiscard]] Result<void> list_accounts(const std::optional<std::string>& only, Context& context,
                                         CredentialResult& result);

// Each stands in the file of its name.
[[nodiscard]] CommandBody declare_signin(CommandOptions& options);
[[nodiscard]] CommandBody declare_signout(CommandOptions& options);
[[nodiscard]] CommandBody declare_auth_key(CommandOptions& options);
[[nodiscard]] CommandBody declare_auth_exec(CommandOptions& options);
[[nodiscard]] CommandBody declare_auth_env(CommandOptions& options);
[[nodiscard]] CommandBody declare_auth_headers(CommandOptions& options);
[[nodiscard]] CommandBody declare_auth_serve(CommandOptions& options);
[[nodiscard]] CommandBody declare_auth_grant(CommandOptions& options);
[[nodiscard]] CommandBody declare_auth_revoke(CommandOptions& options);
[[nodiscard]] CommandBody declare_auth_runs(CommandOptions& options);
[[nodiscard]] CommandBody declare_auth_refresh(CommandOptions& options);
[[nodiscard]] CommandBody declare_auth_use(CommandOptions& options);
[[nodiscard]] CommandBody declare_auth_switch(CommandOptions& options);
[[nodiscard]] CommandBody declare_auth_rename(CommandOptions& options);
[[nodiscard]] CommandBody declare_auth_setup(CommandOptions& options);
[[nodiscard]] CommandBody declare_auth_import(CommandOptions& options);
[[nodiscard]] CommandBody declare_auth_status(CommandOptions& options);
[[nodiscard]] CommandBody declare_auth_doctor(CommandOptions& options);
[[nodiscard]] CommandBody declare_plugin_list(CommandOptions& options);
[[nodiscard]] CommandBody declare_plugin_show(CommandOptions& options);
[[nodiscard]] CommandBody declare_plugin_new(CommandOptions& options);
[[nodiscard]] CommandBody declare_plugin_check(CommandOptions& options);

}  // namespace pindus
