#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "core/base/text.hpp"
#include "core/command/commands.hpp"
#include "core/vault/file_fault.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

struct AuthUseOptions {
  std::optional<std::string> provider;
  std::optional<std::string> account;
  std::optional<std::string> directory;
  bool remove = false;
};

// As the kernel would tell a process that works there, so that a rule is found under every name.
Result<fs::path> folder_meant(const AuthUseOptions& options, const Context& context) {
  const fs::path named = options.directory ? fs::path(*options.directory) : fs::path(".");
  std::error_code error;
  // A rule may be for a folder that is gone.
  fs::path folder =
      options.remove ? fs::weakly_canonical(named, error) : fs::canonical(named, error);
  if (!error && !options.remove && !fs::is_directory(folder))
    error = std::make_error_code(std::errc::not_a_directory);
  if (error) return std::unexpected(file_fault(named, "used as a folder", error.value()));
  if (!options.directory && !context.working_directory().empty()) {
    return context.working_directory();
  }
  return folder;
}

Result<void> list_rules(Context& context) {
  const auto rules = TRY(context.project_rules().list());
  CredentialIo& io = context.io();
  if (rules.empty()) io.print("No folder has an account of its own.");
  for (const ProjectRule& rule : rules) {
    const auto here = TRY(context.project_rules().find(rule.provider, context.working_directory()));
    io.print(fmt::format("{}: {} as {}{}", printable(rule.folder), printable(rule.provider),
                         printable(rule.account),
                         here && here->folder == rule.folder ? ", which counts here" : ""));
  }
  return {};
}

Result<void> run_auth_use(const AuthUseOptions& options, Context& context,
                          CredentialResult& result) {
  if (!options.provider) return list_rules(context);
  const std::string& provider = *options.provider;
  result.provider = provider;
  const fs::path folder = TRY(folder_meant(options, context));
  const std::string where = printable(folder.native(), 1000);
  if (options.remove) {
    if (!TRY(context.project_rules().remove(provider, folder.native()))) {
      return std::unexpected(CredentialFault{
          FaultKind::not_found, "Nothing to remove",
          fmt::format("{} has no rule for {}", where, printable(provider, 80)), "pindus auth use"});
    }
    context.io().print(fmt::format("{} has no rule for {} any more.", where, printable(provider)));
    return {};
  }
  const std::string account = options.account.value_or("");
  TRY(require_account(context, {provider, account}));
  TRY(context.project_rules().set({folder.native(), provider, account}));
  context.io().print(fmt::format("In {} and below, {} is used as {}.", where, printable(provider),
                                 printable(account)));
  return {};
}

}  // namespace

CommandBody declare_auth_use(CommandOptions& command) {
  const auto options = std::make_shared<AuthUseOptions>();
  command.positional("PROVIDER", options->provider, "the provider; without one, list the rules");
  command.positional("ACCOUNT", options->account, "its account");
  command.value("--dir", "DIR", options->directory, "this folder, not the one where you are");
  command.flag("--remove", options->remove, "remove the folder's rule");
  command.check([options]() -> std::optional<std::string> {
    if (options->provider && !options->account && !options->remove) return "an account is needed";
    if (options->account && options->remove) return "--remove takes no account";
    if (!options->provider && (options->remove || options->directory)) {
      return "a provider is needed";
    }
    return std::nullopt;
  });
  return [options](Context& context, CredentialResult& result) {
    return run_auth_use(*options, context, result);
  };
}

}  // namespace pindus
