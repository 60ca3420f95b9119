#pragma once

#include <string_view>

#include "core/setup/settings.hpp"

namespace pindus {

/// Sets members of a JSON object and touches no other byte: what is added looks like what is there.
/// A blank text is taken for an object without members. `memo` is that of an earlier change of the
/// same kind, or null: what stands there from it is changed and not remembered as the person's. A
/// member that has the value already, by somebody else, is left to them; of `additions` one that
/// has any. The error: no JSON, with the place; something on the way isn't an object;
/// cannot_be_undone.
[[nodiscard]] Edit<EditedText> set_json(std::string_view text, const Settings& settings,
                                        const Json& memo, const Settings& additions = {});

/// Takes back what `memo` remembers: a value that was there before stands there again, byte for
/// byte, and objects that were made for ours go where they hold nothing else. The error: no JSON.
[[nodiscard]] Edit<TakenBack> take_back_json(std::string_view text, const Json& memo);

/// What has these members in a text; nothing where one of them is missing. The error: no JSON.
[[nodiscard]] Edit<std::vector<std::string>> json_at(std::string_view text, const Settings& wanted);

/// Whether it is an object without members.
[[nodiscard]] bool is_empty_json(std::string_view text);

/// Where two changes made something together, what `gone` had made is from now on what `kept` did.
void hand_over_json(const Json& gone, Json& kept);

}  // namespace pindus
