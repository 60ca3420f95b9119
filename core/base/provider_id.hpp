#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pindus {

/// Ids of providers: a name (`openai`), or the address of what one signs in to
/// (`https://mcp.example.com/mcp`). Any thread.

/// Whether two ids mean the same provider: names are compared without case, of addresses only
/// scheme and host are.
[[nodiscard]] bool same_provider(std::string_view a, std::string_view b) noexcept;

/// The id in the spelling that all that mean the same have in common.
[[nodiscard]] std::string folded_provider(std::string_view id);

/// How many bytes at its beginning are compared without case.
[[nodiscard]] std::size_t size_without_case(std::string_view id) noexcept;

/// Whether an id begins as an http or https address does; what follows may still be none.
[[nodiscard]] bool begins_as_address(std::string_view id) noexcept;

/// Whether an id is an absolute http or https address of at most 2,048 bytes, without a user, a
/// fragment (RFC 8707, section 2) or a character that no address may hold.
[[nodiscard]] bool is_address_id(std::string_view id);

/// What stands for a provider where an id's own characters can't, as in a path: a name is itself;
/// an address is its host and 64 bits of a fingerprint of the whole.
[[nodiscard]] std::string provider_segment(std::string_view id);

}  // namespace pindus
