#pragma once

#include <string>
#include <string_view>

#include "core/setup/settings.hpp"

namespace pindus {

/// Sets keys and tables of a TOML document in marked blocks: a key of the root in a block of its
/// own before the first table, in the place of one that was there; tables at the end. `name` is
/// that of the blocks, `memo` that of an earlier change, or null. The error: no TOML, with the
/// line; a table is there already, by somebody else; cannot_be_undone.
[[nodiscard]] Edit<EditedText> set_toml(std::string_view text, const Settings& wanted,
                                        const std::string& name, const Json& memo);

/// Takes the blocks out, and puts back what stood in their place. The error: a mark is missing.
[[nodiscard]] Edit<TakenBack> take_back_toml(std::string_view text, const std::string& name,
                                             const Json& memo);

/// Whether the document has something where `wanted` goes that isn't in our blocks. The error: as
/// of set_toml.
[[nodiscard]] Edit<bool> toml_has_other(std::string_view text, const Settings& wanted,
                                        const std::string& name);

}  // namespace pindus
