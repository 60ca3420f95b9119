#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/keys/token_refresher.hpp"

namespace pindus {

/// For how long nobody asks a server again that has answered so: as it said, 5 s where it didn't,
/// an hour at most. Nothing where none has answered.
[[nodiscard]] std::chrono::seconds outage(const RefreshFailure& failure);

/// What a failed refresh was about: the refresh token with what it is sent with, and where to
/// (`server`, see TokenRefresher::Policy). Another sign-in and another manifest give another.
[[nodiscard]] std::uint64_t grant_fingerprint(const OAuthCredentials& sent, std::uint64_t server);

/// What is to be remembered of a failure, for whoever would ask next; holds no secret. Empty where
/// nothing is.
[[nodiscard]] std::string memo_of(const RefreshFailure& failure, std::uint64_t grant);

/// When that failure was, in epoch milliseconds.
[[nodiscard]] std::optional<std::int64_t> remembered_time(std::string_view memo);

/// The same of a forced refresh that went well at that time, in epoch milliseconds.
[[nodiscard]] std::string memo_of_force(std::int64_t forced_ms);

/// When a refresh was forced, where that is less than `interval` ago.
[[nodiscard]] std::optional<std::int64_t> remembered_force(std::string_view memo,
                                                           std::chrono::seconds interval);

/// The failure that was remembered, while it is still true of this grant: a refusal for as long as
/// the grant is the same, an outage for as long as the server said (5 s where it didn't), any other
/// failure for those who had begun to wait (at `began_ms`) before it happened.
[[nodiscard]] std::optional<RefreshFailure> remembered_failure(std::string_view memo,
                                                               std::uint64_t grant,
                                                               std::int64_t began_ms);

}  // namespace pindus
