#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/epoch_time.hpp"
#include "core/keys/token_refresher.hpp"
#include "core/keys/usable_key.hpp"

namespace pindus::test {

using RefreshAnswer = std::expected<OAuthCredentials, RefreshFailure>;

/// A provider that answers as the test says.
class ScriptedRefresher final : public TokenRefresher {
 public:
  using Script = std::function<RefreshAnswer(const OAuthCredentials& sent, const Limits& limits)>;

  explicit ScriptedRefresher(Script script) : script_(std::move(script)) {}

  Policy policy(std::string_view, std::string_view) override { return policy_; }
  RefreshAnswer refresh(const Account&, const OAuthCredentials& current,
                        const Limits& limits) override {
    ++requests_;
    return script_(current, limits);
  }

  void never_rotates() { policy_.rotates = false; }
  void moves_to(std::uint64_t server) { policy_.server = server; }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  Script script_;
  Policy policy_;
  std::atomic<int> requests_ = 0;
};

inline OAuthCredentials tokens(std::string_view access, std::string_view refresh,
                               std::int64_t seconds_left = 3600) {
  return {Secret(access), Secret(refresh), now_ms() + seconds_left * 1000, {}};
}

inline std::unexpected<RefreshFailure> refused() {
  return std::unexpected(RefreshFailure{
      RefreshFailure::Kind::permanent, refresh_fault("auth.example said invalid_grant"), {}, true});
}

inline std::unexpected<RefreshFailure> unreachable(
    std::optional<std::chrono::seconds> retry_after = {}) {
  return std::unexpected(RefreshFailure{RefreshFailure::Kind::transient,
                                        refresh_fault("auth.example said 503"), retry_after, true});
}

/// Answers with new tokens that tell from which they were made.
inline ScriptedRefresher rotating(std::int64_t seconds_left = 3600) {
  return ScriptedRefresher([seconds_left](const OAuthCredentials& sent, auto) {
    OAuthCredentials answer = tokens("new-" + std::string(sent.access.view()),
                                     "new-" + std::string(sent.refresh.view()), seconds_left);
    answer.lifetime_s = seconds_left;
    return answer;
  });
}

/// Answers with that access token, and r2.
inline ScriptedRefresher refresher_that_answers(std::string access = "b") {
  return ScriptedRefresher(
      [access = std::move(access)](const OAuthCredentials&, auto) { return tokens(access, "r2"); });
}

/// The key of p's default account, or "fault: ..."; "nothing" where there is no account.
template <typename Vault>
std::string key_of(Vault& vault) {
  const auto key = vault.read_usable_key("p", std::nullopt);
  if (!key) return "fault: " + key.error().message;
  return *key ? std::string((*key)->key.view()) : "nothing";
}

/// A vault with one account, p/default, whose token has that much left.
inline std::string vault_text(std::string_view access, std::string_view refresh,
                              std::int64_t seconds_left) {
  return R"({"p": {"default": {"kind": "oauth", "isDefault": true, "access": ")" +
         std::string(access) + R"(", "refresh": ")" + std::string(refresh) + R"(", "expires": )" +
         std::to_string(now_ms() + seconds_left * 1000) + "}}}\n";
}

}  // namespace pindus::test
