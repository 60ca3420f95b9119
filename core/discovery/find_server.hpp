#pragma once

#include <string>
#include <vector>

#include "core/base/fault.hpp"
#include "core/discovery/explorer.hpp"
#include "core/discovery/metadata.hpp"

namespace pindus::discovery {

/// What was learned of an address: the resource there, and the server that gives tokens for it.
struct FoundServer {
  std::string address;     ///< as the person named it
  std::string resource;    ///< as its metadata spells it; empty: the address is a server's itself
  std::string name;        ///< of the resource, for people; may be empty
  std::string identifier;  ///< of the server, as the resource names it
  ServerMetadata server;
  std::string challenged_scope;  ///< what the resource's challenge asks for; may be empty
  std::vector<std::string> resource_scopes;
  bool is_exception = false;  ///< the server calls itself otherwise, which the person allows

  /// How it calls itself: what `iss` is compared with (RFC 9207).
  [[nodiscard]] const std::string& issuer() const noexcept { return server.issuer; }
};

struct FindServerRequest {
  std::string address;  ///< by is_address_id
  std::string allowed_issuer =
      {};  ///< how the server may call itself besides; empty: not otherwise
  std::string known_server =
      {};  ///< the one to prefer where the resource names several; may be empty
};

/// The first four steps of a sign-in at an address: the resource's metadata (RFC 9728) from its
/// challenge, else from the usual places; one of its authorization servers, and that one's metadata
/// (RFC 8414, OpenID Connect Discovery), which must be its own; PKCE with S256 (RFC 7636), or
/// refusal. An address without resource metadata is taken for a server's identifier. Faults: those
/// of a sign-in, each with who said what; aborted.
[[nodiscard]] Result<FoundServer> find_server(Explorer& explorer, const FindServerRequest& request);

}  // namespace pindus::discovery
