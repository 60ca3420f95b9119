#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <pindus/pindus.h>

#include "core/command/credential_command.hpp"
#include "core/library/carried_work.hpp"
#include "core/vault/vault_watch.hpp"

namespace pindus {

/// Which key a program that embeds us asks for; borrowed.
struct EmbeddedKeyRequest {
  std::string_view provider;
  std::string_view account;  ///< empty: the one that is meant here
  std::string_view refused;
  std::optional<std::chrono::seconds> valid_for;
  bool is_forced = false;  ///< the stored token counts as refused
};

/// What a program that embeds us has opened: a profile, or a vault in memory. Each call makes a
/// Context of its own, so that what has changed on the disk counts, and callers don't meet. Any
/// thread.
class Embedding {
 public:
  struct Options {
    std::filesystem::path profile = {};  ///< empty: in memory
    std::filesystem::path folder = {};   ///< empty: nobody knows
    std::string_view vault = {};         ///< what the one in memory begins with
    std::vector<std::filesystem::path> plugin_path = {};
  };
  explicit Embedding(const Options& options);

  /// Stops what is under way and all that comes.
  void stop_all() { closing_.request_stop(); }

  /// The key, as choose_key gives it. A refresh that was sent goes on where the stop comes. Faults:
  /// those of choose_key.
  [[nodiscard]] Result<ChosenKey> key(const EmbeddedKeyRequest& request,
                                      const std::stop_token& stop);

  /// What a request with that key needs, as JSON. Faults: those of key, find_provider, api_values.
  [[nodiscard]] Result<SecretText> headers(const EmbeddedKeyRequest& request,
                                           const std::stop_token& stop);

  /// Every stored account, as JSON. Fault: vault.
  [[nodiscard]] Result<std::string> accounts();

  /// Runs a command line with that person; what there is to become is in the result.
  [[nodiscard]] CredentialResult run(std::span<const std::string> args, CredentialIo& io,
                                     const std::stop_token& stop);

  /// What a command line prints, where that is a result and nobody is needed. Faults: its own.
  [[nodiscard]] Result<std::string> printed_by(std::span<const std::string> args);

  /// The rule that counts in a folder; an empty one is the context's. Faults: not-found; vault.
  [[nodiscard]] Result<ProjectRule> rule(std::string_view provider, std::string_view folder) const;

  /// Sets the rule of a folder, or with an empty account removes it. Faults: not-found; vault.
  [[nodiscard]] Result<void> set_rule(std::string_view provider, std::string_view folder,
                                      std::string_view account);

  /// Made when it is first asked for. Faults: vault.
  [[nodiscard]] Result<int> change_descriptor();
  [[nodiscard]] Result<bool> take_change();

  [[nodiscard]] bool is_in_memory() const noexcept { return memory_ != nullptr; }
  /// Of the vault in memory.
  [[nodiscard]] std::string vault_text() const { return memory_->text(); }

 private:
  [[nodiscard]] ContextParts parts(CredentialIo* io, const std::stop_token& stop) const;
  [[nodiscard]] Result<ChosenKey> choose(const EmbeddedKeyRequest& request,
                                         const std::stop_token& stop) const;
  [[nodiscard]] Result<VaultWatch*> watch();

  ContextParts parts_;
  std::shared_ptr<WatchedMemory> memory_;
  std::stop_source closing_;
  std::mutex watch_mutex_;
  std::unique_ptr<VaultWatch> watch_;
  CarriedWork work_;  // last: what goes on uses the rest
};

}  // namespace pindus
