#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <pindus/plugin.h>

#include "core/command/command_run.hpp"
#include "core/session/run_method.hpp"

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
std::string revoke(const Provider* provider, const std::string& id, const std::string& account,
                   const OAuthCredentials& stored, CommandRun& run) {
  constexpr std::chrono::seconds limit{10};
  const auto not_revoked = [&](std::string_view why) {
    return fmt::format("The sign-in was not revoked at {}: {}.", provider_title(provider, id), why);
  };
  if (provider == nullptr) return not_revoked("no manifest describes this provider");
  const Method* method = provider->method(AuthKind::oauth);
  if (method == nullptr) return not_revoked("its manifests name no browser sign-in");
  if (!method->available()) return not_revoked(method->unavailable);

  const Deadline deadline(limit, run.stop);
  const SessionOutcome outcome = run_method({.operation = Operation::revoke,
                                             .provider = provider,
                                             .method = method,
                                             .account = account,
                                             .answers = stored_answers(*method, stored),
                                             .stored = &stored,
                                             .environment = run.context.environment,
                                             .services_module = run.context.services_module,
                                             .stop = deadline.token()});
  if (outcome.code == PINDUS_OK) {
    return fmt::format("{} has revoked the sign-in.", provider_title(provider, id));
  }
  if (outcome.code == PINDUS_UNSUPPORTED) {
    return fmt::format("{} has no endpoint to revoke a sign-in; what it issued ends by itself.",
                       provider_title(provider, id));
  }
  if (deadline.passed()) return not_revoked(fmt::format("no answer within {} s", limit.count()));
  if (outcome.code == PINDUS_CANCELLED) return not_revoked("interrupted");
  return not_revoked(printable(outcome.message));
}

Result<void> sign_out(const std::string& id, const StoredAccount& account, CommandRun& run) {
  AuthVault& vault = *run.context.vault;
  CredentialIo& io = *run.context.io;
  std::optional<OAuthCredentials> stored;
  if (account.kind == AuthKind::oauth) stored = PINDUS_TRY(vault.read_oauth(id, account.name));
  // First here, then there: whatever interrupts the request, the record is gone.
  if (!PINDUS_TRY(vault.remove(id, account.name, run.stop))) return {};
  const Provider* provider = run.directory().find_provider(id);
  io.print(fmt::format("Signed out of {}: account {} is removed.", provider_title(provider, id),
                       printable(account.name)));
  if (stored) io.print(revoke(provider, id, account.name, *stored, run));
  return {};
}

CredentialFault no_provider(CommandRun& run, const std::vector<StoredProvider>& stored) {
  std::vector<std::string> ids;
  for (const StoredProvider& provider : stored) ids.push_back(printable(provider.id));
  return credential_fault(FaultKind::usage, "signout needs a provider",
                          ids.empty() ? std::string("Nothing is stored")
                                      : fmt::format("{} signout PROVIDER, which may be {}",
                                                    run.context.program, fmt::join(ids, ", ")));
}

}  // namespace

Result<void> run_signout(const SignoutCommand& command, CommandRun& run) {
  const auto providers = PINDUS_TRY(run.context.vault->list_providers());
  if (!command.provider) return std::unexpected(no_provider(run, providers));
  run.provider = *command.provider;
  const auto provider = std::ranges::find_if(
      providers, [&](const StoredProvider& p) { return same_provider(p.id, *command.provider); });
  if (provider == providers.end()) {
    return fail(FaultKind::not_found,
                fmt::format("nothing is stored for \"{}\"", printable(*command.provider, 80)),
                fmt::format("{} signin --list shows what is", run.context.program));
  }
  run.provider = provider->id;
  auto accounts = provider->accounts;
  if (command.account) {
    std::erase_if(accounts, [&](const auto& a) { return a.name != *command.account; });
  }
  if (accounts.empty()) {
    return fail(FaultKind::not_found,
                fmt::format("{} has no account named \"{}\"", printable(provider->id),
                            printable(command.account.value_or(""), 80)),
                fmt::format("{} signin --list shows what is stored", run.context.program));
  }
  for (const StoredAccount& account : accounts) PINDUS_CHECK(sign_out(provider->id, account, run));
  return {};
}

}  // namespace pindus
