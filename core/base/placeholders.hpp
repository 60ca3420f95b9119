#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret.hpp"

namespace pindus {

/// `{name}` in a manifest's texts, where `name` is letters, digits and underscores. Any other brace
/// stands for itself.

/// The names in a text, each once, in their order.
[[nodiscard]] std::vector<std::string_view> placeholders_in(std::string_view text);

/// `text` with what each name stands for; one of which nothing is known stays as it is. In one
/// pass, so that a value can't bring a placeholder of its own.
[[nodiscard]] SecretText filled_in(
    std::string_view text,
    const std::function<std::optional<SecretText>(std::string_view name)>& value_of);

}  // namespace pindus
