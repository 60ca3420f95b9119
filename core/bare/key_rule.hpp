#pragma once

#include <stdint.h>

#include "core/bare/text.hpp"

namespace pindus::bare {

/// Why a text can't be what a request sends as its key; core/vault/credential_rules.hpp says where
/// that is asked.
enum class KeyFlaw : uint8_t {
  none,
  empty,
  odd_character,  ///< a blank, a control character, a line end or a byte beyond ASCII
  quoted,         ///< quotes around the whole
  assignment,     ///< "NAME=key" or "export NAME=key", a line of a shell's file
  placeholder,    ///< what stands where a key belongs: an example's words, a masked key, "${NAME}"
  sealed,         ///< a vault's sealed value (core/bare/sealed_value.hpp), and not what it holds
};

/// What is wrong with an access token, which is a server's: everything but a placeholder, whose
/// "xxxx" stands by chance in one long token of some thousands.
[[nodiscard]] KeyFlaw flaw_of_token(Text token);

/// What is wrong with an api key, which a person copied from somewhere.
[[nodiscard]] KeyFlaw flaw_of_api_key(Text key);

}  // namespace pindus::bare
