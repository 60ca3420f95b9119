#pragma once

#include <stddef.h>

#include "core/bare/text.hpp"

namespace pindus::bare {

/// The key that the secrets of a vault are sealed with.
inline constexpr size_t vault_key_size = 32;

/// How a key is named where something is sealed with it: this many hexadecimal digits in lower
/// case, by chance.
inline constexpr size_t vault_key_id_size = 16;

/// Finds the key of that name; false where it isn't at hand. Any thread.
using FindsVaultKey = bool (*)(Text key_id, unsigned char (&key)[vault_key_size]);

/// A FindsVaultKey: what this user has unlocked, in the kernel's user keyring, by two system calls.
/// The key is the caller's to overwrite. See keyrings(7), and core/protection for who puts it
/// there.
[[nodiscard]] bool find_vault_key(Text key_id, unsigned char (&key)[vault_key_size]);

/// Puts a key there in place of one of that name, for all sessions of this user, and for that many
/// seconds; 0: until the machine stops or somebody forgets it. Returns 0, or an errno, and then
/// nothing has changed: EDQUOT where the user has too many keys, ENOSYS or EPERM where there is no
/// keyring, as in most containers. Any thread.
[[nodiscard]] int keep_vault_key(Text key_id, const unsigned char (&key)[vault_key_size],
                                 unsigned timeout_s);

/// Takes it out of there, for all sessions at once. Returns 0, or an errno: ENOKEY where there was
/// none, or one whose time was over. Any thread.
[[nodiscard]] int forget_vault_key(Text key_id);

}  // namespace pindus::bare
