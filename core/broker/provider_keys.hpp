#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/broker/forwarding.hpp"
#include "core/broker/plan.hpp"
#include "core/context.hpp"

namespace pindus::broker {

/// What a request to a provider needs.
struct ProviderKey {
  std::string base_url;
  std::vector<HeaderField> fields;
  Secret key;
};
using SharedKey = std::shared_ptr<const ProviderKey>;

/// The keys of a run, as any reader of the vault gets them: what is stored, replaced or removed
/// meanwhile counts for the next request. Any thread.
class ProviderKeys {
 public:
  /// Both are borrowed.
  ProviderKeys(Context& context, std::span<const BrokeredProvider> providers)
      : context_(context), providers_(providers) {}

  /// The key of that provider as it was last got, where the vault is what it was then and the key
  /// will serve for a while; null: ask `get`. Doesn't wait.
  [[nodiscard]] SharedKey ready(const std::string& provider);

  /// The key of that provider, refreshed where it must be; waits. `refused` is one that the
  /// provider didn't take, and is what comes back where no other can be had. Faults: those of
  /// choose_key; not-found, where no manifest says where and how requests reach the provider.
  [[nodiscard]] Result<SharedKey> get(const std::string& provider, std::string_view refused);

 private:
  struct Known {
    SharedKey key;
    std::string vault;  // what it was then, see vault_state
    std::int64_t serves_until_ms = 0;
  };

  [[nodiscard]] std::string vault_state() const;

  Context& context_;
  std::span<const BrokeredProvider> providers_;
  std::mutex mutex_;
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace pindus::broker
