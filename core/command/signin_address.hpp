#pragma once

#include "core/command/signin.hpp"

namespace pindus {

/// Whether `signin` at this provider begins with a discovery: its id is an address, and no manifest
/// that a person wrote says how one signs in there. Fault: usage, where the options want what only
/// a discovery knows and this is none; unknown-provider, where a manifest of it is refused.
[[nodiscard]] Result<bool> is_discovered(const SigninOptions& options, const Context& context);

/// `signin ADDRESS`: finds out who gives tokens for the address, writes the manifest, and signs in
/// by it. What the server doesn't know any more is registered once more, and not twice. Faults:
/// those of a sign-in; name-collision; vault; aborted.
[[nodiscard]] Result<void> sign_in_at_address(const SigninOptions& options,
                                              const std::string& account, Context& context);

/// After a sign-out: where no account of the address is left, removes what a sign-in there had
/// written, and takes back its registration; says what came of it. Never fails: the accounts are
/// gone.
void leave_address(const Provider& provider, const Context& context);

}  // namespace pindus
