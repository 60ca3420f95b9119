#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/bare/json_reader.hpp"
#include "core/bare/text.hpp"
#include "core/bare/vault_key.hpp"

namespace pindus::bare {

/// A token with less life left than this needs its manifest's margin, and maybe a refresh.
inline constexpr int64_t surely_valid_ms = 600'000;

enum class KeyForm {
  plain,  ///< the key alone
  json,   ///< one line: {"key":"...", then the record's other members but those that is_withheld}
};

struct KeyRequest {
  Text provider;  ///< compared as same_provider does
  Text account;   ///< without data: the default account, else the first stored
  KeyForm form = KeyForm::plain;
  int64_t now_ms = 0;  ///< epoch milliseconds
  /// A token with no more left than this is for somebody who knows more.
  int64_t min_left_ms = surely_valid_ms;
  /// Where a sealed key's own key is looked for; null: a sealed one is for somebody who knows more.
  FindsVaultKey find_vault_key = nullptr;
  /// Gets the account's name, where the answer is ready; null: nobody wants to know.
  TextBuffer* name = nullptr;
  /// Gets where the provider's member begins in the document; null: nobody wants to know.
  uint64_t* place = nullptr;
};

enum class KeyAnswer {
  ready,     ///< the answer stands in the caller's buffer
  not_sure,  ///< ask somebody who knows more; the buffer holds nothing of use
};

/// Whether a record's member of that name is never printed: the key stands in front already, and
/// what gets further tokens is nobody's business. For every form of record and whoever prints it.
[[nodiscard]] bool is_withheld(Text name);

/// Looks in a vault for a key that can be used as it is: an api key, or a token without `expires`
/// or with more than `min_left_ms` left. A sealed one is opened first, and no other with it.
/// Appends the answer to `out`, without a newline.
///
/// Front and host both ask this function first, so that they answer with the same bytes; what it
/// isn't sure of (nothing stored, an older or mixed form of record, a member of an unexpected type
/// or twice, a key with a flaw, one that can't be opened, a record that is larger than its 8 KiB a
/// part, a document that isn't JSON) only the host answers. Whether it is sure doesn't depend on
/// the form. It reads no further than the answer needs, and vouches only for what it read.
[[nodiscard]] KeyAnswer find_ready_key(JsonReader& vault, const KeyRequest& request,
                                       TextBuffer& out);

}  // namespace pindus::bare
