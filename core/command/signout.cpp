#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include <pindus/plugin.h>

#include "core/base/text.hpp"
#include "core/command/commands.hpp"

namespace pindus {
namespace {

// Asks to stop when somebody else does, or when a time has passed.
class Deadline {
 public:
  Deadline(std::chrono::seconds time, const std::stop_token& outer)
      : forward_(outer, [this] { source_.request_stop(); }),
        timer_([this, time](const std::stop_token& over) {
          std::mutex mutex;
          std::condition_variable_any woken;
          std::unique_lock lock(mutex);
          woken.wait_for(lock, over, time, [] { return false; });
          if (over.stop_requested()) return;
          passed_ = true;
          source_.request_stop();
        }) {}

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }
  [[nodiscard]] bool passed() const noexcept { return passed_; }

 private:
  std::stop_source source_;
  std::atomic<bool> passed_ = false;
  std::stop_callback<std::function<void()>> forward_;
  std::jthread timer_;
};

// Asks the provider to forget the sign-in (RFC 7009); says how that went.
std::string revoke(const Provider* provider, const Account& account, const OAuthCredentials& stored,
                   const Context& context) {
  constexpr std::chrono::seconds limit{10};
  const std::string title = provider_title(provider, account.provider);
  const auto not_revoked = [&](std::string_view why) {
    return fmt::format("The sign-in was not revoked at {}: {}.", title, why);
  };
  const auto found = find_oauth(context.providers(), account.provider);
  if (!found) return not_revoked(found.error().message);
  auto answers = stored_answers(found->method, stored);
  if (!answers) return not_revoked(answers.error().message);

  const Deadline deadline(limit, context.stop());
  SessionRequest session = context.session();
  session.operation = Operation::revoke;
  session.provider = &found->provider;
  session.method = &found->method;
  session.account = account.name;
  session.answers = *std::move(answers);
  session.stored = &stored;
  session.io = nullptr;
  session.stop = deadline.token();
  const SessionOutcome outcome = run_method(session);
  if (outcome.code == PINDUS_OK) return fmt::format("{} has revoked the sign-in.", title);
  if (outcome.code == PINDUS_UNSUPPORTED) {
    return fmt::format("{} has no endpoint to revoke a sign-in; what it issued ends by itself.",
                       title);
  }
  if (deadline.passed()) return not_revoked(fmt::format("no answer within {} s", limit.count()));
  if (outcome.code == PINDUS_CANCELLED) return not_revoked("interrupted");
  return not_revoked(printable(outcome.why.message));
}

Result<void> sign_out(const Account& account, std::optional<AuthKind> kind,
                      const Context& context) {
  Vault& vault = context.vault();
  std::optional<OAuthCredentials> stored;
  if (kind == AuthKind::oauth) stored = PINDUS_TRY(vault.read_oauth(account));
  // First here, then there: whatever interrupts the request, the record is gone.
  if (!PINDUS_TRY(vault.remove(account, context.stop()))) return {};
  const Provider* provider = context.providers().find_provider(account.provider);
  context.io().print(fmt::format("Signed out of {}: account {} is removed.",
                                 provider_title(provider, account.provider),
                                 printable(account.name)));
  if (stored) context.io().print(revoke(provider, account, *stored, context));
  return {};
}

CredentialFault no_provider(const std::vector<StoredProvider>& stored) {
  std::vector<std::string> ids;
  for (const StoredProvider& provider : stored) ids.push_back(printable(provider.id));
  return credential_fault(
      FaultKind::usage, "signout needs a provider",
      ids.empty() ? std::string("nothing is stored")
                  : fmt::format("pindus signout PROVIDER, which may be {}", fmt::join(ids, ", ")));
}

struct SignoutOptions {
  std::optional<std::string> provider;
  std::optional<std::string> account;
};

Result<void> run_signout(const SignoutOptions& options, Context& context,
                         CredentialResult& result) {
  const VaultDocument vault = PINDUS_TRY(context.vault().storage().read(context.stop()));
  const auto providers = vault.providers();
  if (!options.provider) return std::unexpected(no_provider(providers));
  PINDUS_CHECK(vault.check_form(*options.provider, options.account));
  result.provider = *options.provider;
  const auto provider = std::ranges::find_if(providers, [&](const StoredProvider& p) {
    return equal_ignoring_case(p.id, *options.provider);
  });
  if (provider == providers.end()) {
    return fail(FaultKind::not_found,
                fmt::format("nothing is stored for \"{}\"", printable(*options.provider, 80)),
                "pindus signin --list");
  }
  result.provider = provider->id;
  auto accounts = provider->accounts;
  if (options.account) {
    std::erase_if(accounts, [&](const auto& a) { return a.name != *options.account; });
  }
  if (accounts.empty()) {
    return fail(FaultKind::not_found,
                fmt::format("{} has no account named \"{}\"", printable(provider->id),
                            printable(options.account.value_or(""), 80)),
                "pindus signin --list");
  }
  for (const StoredAccount& account : accounts) {
    PINDUS_CHECK(sign_out({provider->id, account.name}, account.kind, context));
  }
  return {};
}

}  // namespace

CommandBody declare_signout(CommandOptions& command) {
  const auto options = std::make_shared<SignoutOptions>();
  command.provider(options->provider);
  command.value("--account", "NAME", options->account,
                "only this account, not all of the provider's");
  return [options](Context& context, CredentialResult& result) {
    return run_signout(*options, context, result);
  };
}

}  // namespace pindus
