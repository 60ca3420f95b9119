#pragma once

#include <optional>

#include "core/base/account.hpp"
#include "core/broker/message.hpp"

namespace pindus::broker {

/// What is said in the place of an answer by which a provider wants a token of more scope (RFC
/// 6750, section 3.1: 403, insufficient_scope), to a program that can't sign in: the command by
/// which a person can. Nothing for any other answer, and for a provider whose id is no address:
/// what that one's sign-in asks for stands in its manifest.
[[nodiscard]] std::optional<Refusal> wants_more_scope(const Account& account, int status,
                                                      const Fields& fields);

}  // namespace pindus::broker
