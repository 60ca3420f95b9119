#pragma once

#include <functional>
#include <stop_token>
#include <utility>

#include "core/base/lazy.hpp"
#include "core/keys/token_refresher.hpp"
#include "core/providers/providers.hpp"
#include "core/session/run_method.hpp"

namespace pindus {

/// The refresher of the real program: finds the provider's plugin in the manifests, which are read
/// only then, and runs it.
class PluginRefresher final : public TokenRefresher {
 public:
  /// `session` gives what every session works with. Both must outlive this object.
  PluginRefresher(const Lazy<ProviderDirectory>& providers, std::function<SessionRequest()> session)
      : providers_(providers), session_(std::move(session)) {}

  [[nodiscard]] Policy policy(std::string_view provider) override;
  [[nodiscard]] std::expected<OAuthCredentials, RefreshFailure> refresh(
      const Account& account, const OAuthCredentials& current, const Limits& limits) override;

 private:
  const Lazy<ProviderDirectory>& providers_;
  std::function<SessionRequest()> session_;
};

/// A provider and its browser sign-in. Fault: unknown-provider, with the names that were perhaps
/// meant; vault ("Sign-in failed"), where it has none.
struct OAuthProvider {
  const Provider& provider;
  const Method& method;
};
[[nodiscard]] Result<OAuthProvider> find_oauth(const ProviderDirectory& providers,
                                               std::string_view id);

}  // namespace pindus
