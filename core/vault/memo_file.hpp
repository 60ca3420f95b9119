#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/account.hpp"
#include "core/vault/vault_place.hpp"

namespace pindus {

/// A few lines that one holder of the account leaves for the next, beside the vault; see
/// VaultStorage::memo. Empty where there are none, or where they can't be read.
[[nodiscard]] std::string read_memo(const VaultPlace& place, const Account& account);

/// Leaves them, in a file of mode 0600 that belongs to its folder's owner; empty text removes it.
/// What can't be written is only forgotten.
void write_memo(const VaultPlace& place, const Account& account, std::string_view text);

/// The files of all memos there, and the lock byte of the account that each is about; none where
/// the folder can't be listed.
[[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> list_memos(const VaultPlace& place);

}  // namespace pindus
