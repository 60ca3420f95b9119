#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/broker/forwarding.hpp"
#include "core/context.hpp"
#include "core/vault/file_snapshot.hpp"

namespace pindus::broker {

/// What a request to a provider needs.
struct ProviderKey {
  std::string base_url;
  std::vector<HeaderField> fields;
  Secret key;
};
/// Whose key: a provider's, and one account's; nothing: the default one, whichever that is.
using KeyName = std::pair<std::string, std::optional<std::string>>;

using SharedKey = std::shared_ptr<const ProviderKey>;

/// The keys of a run, as any reader of the vault gets them: what is stored, replaced or removed
/// meanwhile counts for the next request. Any thread.
class ProviderKeys {
 public:
  /// Borrowed.
  explicit ProviderKeys(Context& context) : context_(context) {}

  /// The key as it was last got, where the vault is what it was then and the key will serve for a
  /// while; null: ask `get`. Doesn't wait.
  [[nodiscard]] SharedKey ready(const KeyName& name);

  /// The key, refreshed where it must be; waits. `refused` is one that the provider didn't take,
  /// and is what comes back where no other can be had. Faults: those of choose_key; not-found,
  /// where no manifest says where and how requests reach the provider.
  [[nodiscard]] Result<SharedKey> get(const KeyName& name, std::string_view refused);

 private:
  struct Known {
    SharedKey key;
    FileState vault;  // as it was then
    std::int64_t serves_until_ms = 0;
  };

  [[nodiscard]] FileState vault_state() const;

  Context& context_;
  std::mutex mutex_;
  std::map<KeyName, Known> known_;
};

}  // namespace pindus::broker
