#include "core/keys/refresh_account.hpp"

#include <fmt/core.h>

#include <memory>
#include <string>
#include <utility>

#include "core/base/epoch_time.hpp"
#include "core/base/stoppable_wait.hpp"
#include "core/keys/failure_memo.hpp"
#include "core/keys/token_life.hpp"
#include "core/keys/usable_key.hpp"
#include "core/vault/credential_record.hpp"
#include "core/vault/file_fault.hpp"
#include "core/vault/file_lock.hpp"

namespace pindus {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using MaybeKey = Result<std::optional<UsableKey>>;
using Answer = std::expected<OAuthCredentials, RefreshFailure>;

// Behind it there is time to store what it brought, while the account may still be held.
constexpr auto longest_refresh = 35s;
// A request that is cut off may cost the grant, so none is begun that has less time than this.
constexpr auto least_time = 15s;
constexpr auto longest_retry_after = 5s;
static_assert(longest_refresh < longest_hold);

// Whether a record still holds what was sent; without a refresh token the access token tells.
bool is_grant_of(std::string_view record, const OAuthCredentials& sent) {
  const OAuthCredentials now = CredentialRecord(record).oauth();
  return now.refresh.view() == sent.refresh.view() &&
         (!sent.refresh.empty() || now.access.view() == sent.access.view());
}

class Refresh {
 public:
  Refresh(const AccountToRefresh& account, std::string_view method)
      : storage_(account.storage),
        refresher_(*account.refresher),
        account_(account.account),
        stop_(account.stop),
        demand_(account.demand),
        policy_(refresher_.policy(account_.provider, method)) {}

  MaybeKey run(const SecretText& seen) {
    if (is_fresh(seen)) return usable(seen);
    if (const auto writable = storage_.check_writable(); !writable) {
      if (policy_.rotates) return std::unexpected(writable.error());
      return refresh_without_storing(seen, writable.error());
    }
    const auto held = TRY(storage_.hold_account(account_, stop_));
    deadline_ = Clock::now() + longest_refresh;
    // Whoever held it before us may have done the work. Its token may live for less than the
    // margin: asking once more would get another such, and end this one where the server rotates.
    auto stored = TRY(read_record());
    if (!stored || is_fresh(*stored) || is_new(*stored, seen)) return usable(stored);
    if (auto known = remembered(*stored)) return give_up(*stored, *std::move(known));
    if (is_refused(*stored) && forced_ms_) return forced_before(*stored, *forced_ms_);
    refresher_.prepare();
    if (policy_.rotates) {
      // So may a program without our lock, until the vault is known to be ready for a new token.
      stored = TRY(reserve(*held));
      if (!stored || is_fresh(*stored) || is_new(*stored, seen)) return usable(stored);
      if (!has_time_after(0s)) return give_up(*stored, vault_was_busy());
    }
    return refresh_and_store(*held, *std::move(stored));
  }

 private:
  Result<std::optional<SecretText>> read_record() { return record_in(TRY(storage_.read(stop_))); }

  Result<std::optional<SecretText>> reserve(HeldAccounts& held) {
    return record_in(TRY(held.reserve(stop_)));
  }

  [[nodiscard]] std::optional<SecretText> record_in(const VaultDocument& document) const {
    const auto record = document.record(account_);
    if (!record) return std::nullopt;
    return SecretText(*record);
  }

  // By then it may also have become an api key.
  [[nodiscard]] bool is_fresh(std::string_view record) const {
    return CredentialRecord(record).kind() != AuthKind::oauth ||
           (!is_refused(record) && time_left(record) > margin_of(record, demand_, policy_.margin));
  }

  // Another token than the one that was seen, which hasn't expired.
  [[nodiscard]] bool is_new(std::string_view record, std::string_view seen) const {
    return serves(record) &&
           CredentialRecord(record).key().view() != CredentialRecord(seen).key().view();
  }

  [[nodiscard]] bool is_refused(std::string_view record) const {
    return !demand_.refused.empty() && CredentialRecord(record).key().view() == demand_.refused;
  }

  [[nodiscard]] bool serves(std::string_view record) const {
    return time_left(record) > 0ms && !is_refused(record);
  }

  MaybeKey forced_before(std::string_view stored, std::int64_t forced_ms) const {
    UsableKey key = usable_key_of(stored);
    key.warning =
        fmt::format("a refresh of {} was forced {} s ago, so that its token is not refreshed again",
                    account_.described(), (now_ms() - forced_ms) / 1000);
    return key;
  }

  MaybeKey usable(const std::optional<SecretText>& record) const {
    if (!record) return std::nullopt;
    if (!CredentialRecord(*record).kind()) {
      return std::unexpected(
          refresh_fault(fmt::format("another program changed {} to a form that pindus doesn't know",
                                    account_.described()),
                        account_.replace_command()));
    }
    return usable_key_of(*record);
  }

  MaybeKey refresh_and_store(HeldAccounts& held, SecretText stored) {
    OAuthCredentials sent = CredentialRecord(stored).oauth();
    Answer answer = ask(stored, sent);
    if (!answer && answer.error().kind == RefreshFailure::Kind::permanent) {
      // Another program, which has no lock, may have used up that refresh token.
      auto now = TRY(read_record());
      if (!now) return std::nullopt;
      if (!is_grant_of(*now, sent)) {
        if (policy_.rotates) now = TRY(reserve(held));
        if (!now || is_fresh(*now) || is_new(*now, stored)) return usable(now);
        if (!has_time_after(0s)) return give_up(stored, answer.error());
        stored = std::move(*now);
        sent = CredentialRecord(stored).oauth();
        answer = ask(stored, sent);
      }
    }
    if (answer) return store(held, stored, sent, *answer);
    RefreshFailure failure = std::move(answer.error());
    remember(failure, sent);
    failure.retry_after = outage(failure);
    return give_up(stored, std::move(failure));
  }

  // Others who wait, or come soon, needn't ask what is known.
  void remember(const RefreshFailure& failure, const OAuthCredentials& sent) {
    storage_.leave_memo(account_, memo_of(failure, grant_fingerprint(sent, policy_.server)));
  }

  std::optional<RefreshFailure> remembered(std::string_view stored) {
    const std::string memo = storage_.memo(account_);
    if (memo.empty()) return std::nullopt;
    const OAuthCredentials sent = CredentialRecord(stored).oauth();
    forced_ms_ = remembered_force(memo, forced_interval);
    auto failure = remembered_failure(memo, grant_fingerprint(sent, policy_.server), began_ms_);
    if (!failure && !forced_ms_) storage_.leave_memo(account_, {});
    return failure;
  }

  MaybeKey refresh_without_storing(const SecretText& stored, const CredentialFault& unwritable) {
    const Answer answer = ask(stored, CredentialRecord(stored).oauth());
    if (!answer) return give_up(stored, answer.error());
    return unstored(stored, *answer, unwritable);
  }

  [[nodiscard]] UsableKey unstored(std::string_view stored, const OAuthCredentials& answer,
                                   const CredentialFault& why) const {
    UsableKey key = usable_key_of(refreshed(stored, answer, 1));
    key.warning =
        fmt::format("the new token of {} is not stored: {}", account_.described(), why.message);
    return key;
  }

  [[nodiscard]] RefreshFailure vault_was_busy() const {
    return {RefreshFailure::Kind::transient,
            credential_fault(FaultKind::vault,
                             fmt::format("the credential store was busy for so long that {} was "
                                         "not refreshed",
                                         account_.described())),
            std::nullopt};
  }

  Answer ask(std::string_view stored, const OAuthCredentials& credentials) {
    Answer answer = request(credentials);
    if (answer) return answer;
    // Without a refresh token it isn't this sign-in that was refused, and what is left of its token
    // still serves.
    const bool still_serves = credentials.refresh.empty() && serves(stored);
    if (answer.error().kind == RefreshFailure::Kind::permanent && still_serves) {
      answer.error().kind = RefreshFailure::Kind::transient;
      return answer;
    }
    if (answer.error().kind != RefreshFailure::Kind::transient) return answer;
    const auto pause = answer.error().retry_after;
    if (!pause || *pause > longest_retry_after || !has_time_after(*pause)) return answer;
    if (!wait_unless_stopped(*pause, stop_)) {
      return std::unexpected(RefreshFailure{RefreshFailure::Kind::cancelled, stopped_fault()});
    }
    return request(credentials);
  }

  Answer request(const OAuthCredentials& credentials) {
    return refresher_.refresh(account_, credentials, {stop_, deadline_});
  }

  [[nodiscard]] bool has_time_after(std::chrono::seconds pause) const {
    return Clock::now() + pause + least_time <= deadline_;
  }

  MaybeKey give_up(std::string_view stored, RefreshFailure failure) const {
    CredentialFault& fault = failure.fault;
    switch (failure.kind) {
      case RefreshFailure::Kind::cancelled:
        if (fault.kind != FaultKind::aborted) fault = stopped_fault();
        return std::unexpected(std::move(fault));
      case RefreshFailure::Kind::permanent:
        fault.hint = account_.replace_command();
        return std::unexpected(std::move(fault));
      case RefreshFailure::Kind::transient: break;
    }
    const std::string again = failure.retry_after && *failure.retry_after > 0s
                                  ? fmt::format("try again in {} s", failure.retry_after->count())
                                  : std::string();
    const auto left = std::chrono::floor<std::chrono::seconds>(time_left(stored));
    if (serves(stored)) {
      UsableKey key = usable_key_of(stored);
      key.warning = fmt::format("{}: {}; the token is valid for another {} s{}{}", fault.label,
                                fault.message, left.count(), again.empty() ? "" : "; ", again);
      return key;
    }
    if (!again.empty()) {
      fault.hint = again;
    } else if (fault.hint.empty()) {
      fault.hint = "try again later";
    }
    return std::unexpected(std::move(fault));
  }

  MaybeKey store(HeldAccounts& held, std::string_view stored, const OAuthCredentials& sent,
                 const OAuthCredentials& answer) {
    std::optional<SecretText> outcome;
    const auto edit = [&](const VaultDocument& document) -> Result<SecretText> {
      const auto record = document.record(account_);
      outcome = record ? std::optional(SecretText(*record)) : std::nullopt;
      // Removed meanwhile: it stays removed. Signed in or refreshed by a program that has no lock:
      // that person's or program's will is not written over while it is of use.
      if (!record) return document.text();
      if (!is_grant_of(*record, sent) && time_left(*record) > 0ms) return document.text();
      return document.with_record(account_, [&](std::string_view old, unsigned depth) {
        SecretText edited = refreshed(old, answer, depth);
        outcome = edited;
        return edited;
      });
    };
    // Not stopped any more: the provider may have ended the old token with its answer.
    if (auto changed = held.change(edit, {}); !changed) {
      CredentialFault& fault = changed.error();
      if (!policy_.rotates) return unstored(stored, answer, fault);
      if (const auto kept = held.kept_in()) {
        fault.message += fmt::format("; the new token is kept in {}", kept->string());
        fault.hint += fault.hint.empty() ? "then the next command takes it up"
                                         : "; then the next command takes the new token up";
      } else {
        fault.message += "; the provider had already given a new token, which is lost";
        fault.hint +=
            fmt::format("{}then: {}", fault.hint.empty() ? "" : "; ", account_.replace_command());
      }
      return std::unexpected(std::move(fault));
    }
    const bool same_token = answer.access.view() == sent.access.view();
    if (outcome && same_token && time_left(*outcome) <= 0ms) {
      const RefreshFailure failure{
          RefreshFailure::Kind::transient,
          refresh_fault(
              fmt::format("{} got a new refresh token and no access token", account_.described())),
          {},
          true};
      remember(failure, CredentialRecord(*outcome).oauth());
      return give_up(*outcome, failure);
    }
    if (is_refused(stored)) storage_.leave_memo(account_, memo_of_force(now_ms()));
    return usable(outcome);
  }

  VaultStorage& storage_;
  TokenRefresher& refresher_;
  const Account& account_;
  std::stop_token stop_;
  TokenDemand demand_;
  TokenRefresher::Policy policy_;
  std::optional<std::int64_t> forced_ms_;  // when a refresh was forced, in the last interval
  std::int64_t began_ms_ = now_ms();
  Clock::time_point deadline_ = Clock::now() + longest_refresh;
};

}  // namespace

MaybeKey refresh_account(const AccountToRefresh& account, const SecretText& stored) {
  if (account.refresher != nullptr) {
    return Refresh(account, CredentialRecord(stored).method()).run(stored);
  }
  if (time_left(stored) > 0ms) return usable_key_of(stored);
  return std::unexpected(
      refresh_fault(fmt::format("the token of {} has expired", account.account.described()),
                    account.account.replace_command()));
}

}  // namespace pindus
