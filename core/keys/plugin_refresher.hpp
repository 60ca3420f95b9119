#pragma once

#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
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

  [[nodiscard]] Policy policy(std::string_view provider, std::string_view method) override;
  void prepare() override;
  [[nodiscard]] std::expected<OAuthCredentials, RefreshFailure> refresh(
      const Account& account, const OAuthCredentials& current, const Limits& limits) override;

 private:
  const Lazy<ProviderDirectory>& providers_;
  std::function<SessionRequest()> session_;
  void end_preparation();

  std::mutex mutex_;
  bool prepared_ = false;
  std::jthread preparation_;
};

/// A provider and one of its OAuth methods: the one that a record names, which may be empty (see
/// Provider::noted_method). Fault: unknown-provider, with the names that were perhaps meant; vault
/// ("Sign-in failed"), where it has none.
struct OAuthProvider {
  const Provider& provider;
  const Method& method;
};
[[nodiscard]] Result<OAuthProvider> find_oauth(const ProviderDirectory& providers,
                                               std::string_view id, std::string_view method);

/// `session`, made one in which a stored sign-in goes on: with the method that it was made by and
/// the answers that were given then. Borrows `stored` and `providers`. Faults: as find_oauth;
/// usage, where another program wrote what no answer can be (the hint signs in anew).
[[nodiscard]] Result<SessionRequest> stored_session(const ProviderDirectory& providers,
                                                    const Account& account,
                                                    const OAuthCredentials& stored,
                                                    SessionRequest session);

}  // namespace pindus
