#pragma once

#include <array>
#include <string_view>

#include "core/providers/api.hpp"
#include "core/providers/manifest_checks.hpp"

namespace pindus {

/// The methods that the calls of an API are made by: CONNECT, OPTIONS and TRACE are questions to a
/// proxy, or a browser's.
inline constexpr std::array<std::string_view, 6> call_methods = {"GET", "HEAD",  "POST",
                                                                 "PUT", "PATCH", "DELETE"};
[[nodiscard]] bool is_call_method(std::string_view name);

/// Checks a manifest's `api` member.
[[nodiscard]] Objection check_api(const Place& where, const Json& value);

/// What a merged `api` member says; it has been checked.
[[nodiscard]] Api read_api(const Json& value);

/// The members of an object with texts as values; null: none.
[[nodiscard]] NamedTexts named_texts(const Json* object);

/// The texts of an array; null: none.
[[nodiscard]] std::vector<std::string> texts(const Json* array);

}  // namespace pindus
