#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.hpp"

namespace pindus::discovery {

/// No document of a server's is larger, in bytes.
inline constexpr std::size_t document_limit = std::size_t{64} << 10;

/// What a protected resource says of itself (RFC 9728, section 2).
struct ResourceMetadata {
  std::string resource;
  std::vector<std::string> authorization_servers;
  std::vector<std::string> scopes_supported;
  std::string name;  ///< for people; empty: it has none
};

/// What an authorization server says of itself (RFC 8414, section 2; OpenID Connect Discovery,
/// section 3). Endpoints that it doesn't name are empty, as are lists.
struct ServerMetadata {
  std::string issuer;
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string registration_endpoint;
  std::string revocation_endpoint;
  std::string device_authorization_endpoint;
  std::vector<std::string> scopes_supported;
  std::vector<std::string> grant_types_supported;
  std::vector<std::string> token_endpoint_auth_methods_supported;
  std::vector<std::string> code_challenge_methods_supported;
  bool says_iss = false;                ///< RFC 9207, section 3
  bool takes_client_documents = false;  ///< client_id_metadata_document_supported
};

/// Reads such a document, which a stranger wrote: a member of a wrong type is an error, an address
/// is one by is_address_id, a scope a token of RFC 6749, section 3.3. The error ends a sentence
/// that begins with the document's address: "is not a JSON object".
[[nodiscard]] std::expected<ResourceMetadata, std::string> parse_resource_metadata(
    std::string_view json);
[[nodiscard]] std::expected<ServerMetadata, std::string> parse_server_metadata(
    std::string_view json);

/// Where a resource's metadata is if it doesn't say: of its path, then of its origin (RFC 9728,
/// section 3.1; the Model Context Protocol's order). `address` is one by is_address_id.
[[nodiscard]] std::vector<std::string> resource_metadata_places(std::string_view address);

/// Where an authorization server's metadata is, in the order in which one asks: RFC 8414, section
/// 3.1, then OpenID Connect's with the path behind the well-known part, then before it.
[[nodiscard]] std::vector<std::string> server_metadata_places(std::string_view issuer);

/// Whether a text is a scope: tokens of RFC 6749, section 3.3, with single blanks between.
[[nodiscard]] bool is_scope(std::string_view text);

/// The scopes of both texts, each once, in their order.
[[nodiscard]] std::string united_scopes(std::string_view a, std::string_view b);

}  // namespace pindus::discovery
