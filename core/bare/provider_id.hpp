#pragma once

#include "core/bare/text.hpp"

namespace pindus::bare {

/// A provider's id is a name, or the address (RFC 3986, http or https) of what one signs in to.

/// The longest id, in bytes: an address's; a name's is shorter.
inline constexpr size_t longest_provider_id = 2048;

/// Where the authority of an http or https address begins; 0 for any other text.
[[nodiscard]] inline size_t authority_of_address(Text id) {
  constexpr Text schemes[] = {{"https://", 8}, {"http://", 7}};
  for (const Text scheme : schemes) {
    if (id.size > scheme.size && equal_ignoring_case(Text(id.data, scheme.size), scheme)) {
      return scheme.size;
    }
  }
  return 0;
}

/// How many bytes at its beginning are compared without case: of an address its scheme and host
/// (RFC 3986, section 6.2.2.1), of a name all.
[[nodiscard]] inline size_t size_without_case(Text id) {
  size_t end = authority_of_address(id);
  if (end == 0) return id.size;
  while (end < id.size && id.data[end] != '/' && id.data[end] != '?' && id.data[end] != '#') ++end;
  return end;
}

/// Whether two ids mean the same provider.
[[nodiscard]] inline bool same_provider(Text a, Text b) {
  if (!equal_ignoring_case(a, b)) return false;
  const size_t exact_from = size_without_case(a);
  return exact_from == a.size ||
         memcmp(a.data + exact_from, b.data + exact_from, a.size - exact_from) == 0;
}

}  // namespace pindus::bare
