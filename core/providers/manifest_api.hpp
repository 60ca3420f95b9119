#pragma once

#include "core/providers/api.hpp"
#include "core/providers/manifest_checks.hpp"

namespace pindus {

/// Checks a manifest's `api` member.
[[nodiscard]] Objection check_api(const Place& where, const Json& value);

/// What a merged `api` member says; it has been checked.
[[nodiscard]] Api read_api(const Json& value);

/// The members of an object with texts as values; null: none.
[[nodiscard]] NamedTexts named_texts(const Json* object);

/// The texts of an array; null: none.
[[nodiscard]] std::vector<std::string> texts(const Json* array);

}  // namespace pindus
