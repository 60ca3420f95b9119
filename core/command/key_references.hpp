#pragma once

#include <filesystem>
#include <vector>

#include "core/context.hpp"
#include "core/keys/api_values.hpp"

namespace pindus {

/// The variables of a `.env` file, with what its references stand for: `pindus://PROVIDER` is the
/// provider's key, `pindus://PROVIDER/ACCOUNT` that of one account, and
/// `pindus://PROVIDER/ACCOUNT/MEMBER` a member of its record ("accountId"), all percent-encoded.
/// What they stood for is added to `secrets`. Faults: usage, for what isn't such a file; those of
/// choose_key; not-found for a member that isn't there.
[[nodiscard]] Result<NamedSecrets> read_env_file(Context& context,
                                                 const std::filesystem::path& file,
                                                 std::vector<Secret>& secrets);

}  // namespace pindus
