#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/bare/key_rule.hpp"
#include "core/base/auth_kind.hpp"
#include "core/base/fault.hpp"

namespace pindus {

/// One rule for keys at every door: what somebody signs in with, what stands in a variable, what is
/// handed out, whoever stored it.
///
/// * Line ends at its end are no part of a key: what we store and hand out has none.
/// * The rest is visible ASCII, because it goes into a header of HTTP, where a blank or a line end
///   would begin something else, and has no quotes around the whole.
/// * An api key is no line of a shell's file ("NAME=key", "export NAME=key") and no example's
///   placeholder ("your-api-key", "xxxx", "changeme", "<", ...). Of an access token that isn't
///   asked: it is a server's, and holds such by chance.
/// * It has 20 characters or more, but only where somebody signs in with it, whose hand may have
///   slipped. What another program stored or a variable holds may be a test server's short word.

/// `key` without the line ends at its end; borrowed.
[[nodiscard]] std::string_view without_line_ends(std::string_view key) noexcept;

/// What is wrong with a key or token, line ends at its end apart.
[[nodiscard]] bare::KeyFlaw flaw_of(AuthKind kind, std::string_view key) noexcept;

/// The flaw as the end of a sentence about the key: "is empty".
[[nodiscard]] std::string_view describe(bare::KeyFlaw flaw) noexcept;

/// Whether somebody can sign in with that api key; `min_length` counts where it is more than 20.
/// Fault: invalid-key; it doesn't quote the key.
[[nodiscard]] Result<void> validate_api_key(std::string_view key, std::size_t min_length = 20);

/// The same where the fault is to say `whose` key it is; as in validate_key.
[[nodiscard]] Result<void> validate_api_key_of(std::string_view whose, std::string_view key,
                                               std::string hint, std::size_t min_length = 20);

/// The rule but for the length: whether a key or token may be handed out. The fault, of kind
/// invalid-key for an api key and of kind vault for a token, says `whose` it is ("OPENAI_API_KEY",
/// "the key of the account work of openai") and doesn't quote it.
[[nodiscard]] Result<void> validate_key(AuthKind kind, std::string_view key, std::string_view whose,
                                        std::string hint);

/// Whether `name` is 1 to 50 characters of [A-Za-z0-9_-], as accounts are named here; other
/// programs name them as they like. Fault: invalid-account.
[[nodiscard]] Result<void> validate_account_name(std::string_view name);

}  // namespace pindus
