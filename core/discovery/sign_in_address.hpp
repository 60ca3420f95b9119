#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include "core/base/fault.hpp"
#include "core/discovery/client_store.hpp"
#include "core/discovery/discovered_manifest.hpp"
#include "core/discovery/explorer.hpp"
#include "core/discovery/find_server.hpp"
#include "core/providers/providers.hpp"
#include "core/services/services.hpp"
#include "core/session/credential_io.hpp"
#include "core/vault/storage.hpp"

namespace pindus::discovery {

/// What a sign-in at an address begins with. What is a pointer is borrowed.
struct AddressRequest {
  std::string address;              ///< by is_address_id
  const Provider* known = nullptr;  ///< what the manifests say of it so far
  std::string allowed_issuer = {};  ///< --allow-issuer; else what was allowed before counts
  std::string granted_scope = {};   ///< what the account has already
  std::string wanted_scope = {};    ///< --scope
  std::string client_id = {};       ///< what the server's owner gave the person; empty: nothing
  bool wants_new_client = false;    ///< --new-client: the one that is kept isn't used
};

/// What it comes to, with the manifest written.
struct PreparedSignIn {
  FoundServer found;
  OAuthClient client = {};
  std::string scope = {};
  /// Whether the client is one from before that the server may have forgotten, which it may say on
  /// a page alone.
  bool is_client_unproven = false;
  /// Whether another server gave tokens for the address until now.
  bool has_other_server = false;
};

/// Where all of it is kept and who is asked.
struct AddressParts {
  std::filesystem::path profile;
  Services& services;
  CredentialIo& io;
  std::stop_token stop = {};
  VaultStorage* storage = nullptr;  ///< whose locks keep two from registering at once; null: none
};

/// Finds the server, gets a client of it (one that a person was given, then this program's
/// document, then the one registered before, then a registration, then a question) and writes both
/// down: the client right after the server's answer, then the manifest. Of the one registered
/// before the server is asked whether it knows it, where it can be. Faults: a sign-in's; vault;
/// aborted.
[[nodiscard]] Result<PreparedSignIn> prepare_sign_in(Explorer& explorer, const AddressParts& parts,
                                                     const AddressRequest& request);

/// Forgets a client that its server doesn't know any more, and says so; false where nobody could
/// make another.
[[nodiscard]] Result<bool> forget_client(const AddressParts& parts, const PreparedSignIn& prepared);

/// Where no other address than that provider's has its tokens from a server, takes the registration
/// there back (RFC 7592) and forgets it. Nothing where there was none to take back, else whether
/// the server says that it is gone. Faults: vault; those of the request.
[[nodiscard]] Result<std::optional<bool>> leave_server(Explorer& explorer,
                                                       const AddressParts& parts,
                                                       const Provider& provider,
                                                       const ProviderDirectory& others);

/// The address of this program's metadata document: what a manifest says
/// (`client_metadata_url`), else what it was built with; empty: there is none.
[[nodiscard]] std::string client_document(const Provider* known);

}  // namespace pindus::discovery
