#pragma once

namespace pindus {

/// How an account's credential came to be: the vault's `kind`.
enum class AuthKind { api_key, oauth };

}  // namespace pindus
