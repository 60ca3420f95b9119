#include "core/discovery/sign_in_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "core/base/epoch_time.hpp"
#include "core/base/json.hpp"
#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"
#include "core/discovery/registration.hpp"

namespace pindus::discovery {
namespace {

void tell_forgotten(CredentialIo& io, const FoundServer& found, std::string_view id) {
  io.notice(fmt::format("{} doesn't know the client {} any more: another one is registered.",
                        found.issuer(), printable(id, 80)));
}

class Preparation {
 public:
  Preparation(Explorer& explorer, const AddressParts& parts, const AddressRequest& request)
      : explorer_(explorer), parts_(parts), request_(request), clients_(parts.profile) {}

  Result<PreparedSignIn> run() {
    const auto notes = request_.known == nullptr ? std::nullopt : notes_of(*request_.known);
    FindServerRequest wanted{.address = request_.address,
                             .allowed_issuer = request_.allowed_issuer};
    if (notes) {
      wanted.known_server = notes->server;
      if (wanted.allowed_issuer.empty()) wanted.allowed_issuer = notes->allowed_issuer;
    }
    PreparedSignIn prepared{.found = TRY(find_server(explorer_, wanted))};
    prepared.scope = choose_scope(prepared.found, request_.granted_scope, request_.wanted_scope);
    prepared.client = TRY(choose_client(prepared.found));
    prepared.is_client_unproven = is_client_unproven_;
    prepared.has_other_server = notes && notes->server != prepared.found.identifier;
    const auto file = TRY(manifest_file(parts_.profile, request_.address, parts_.services));
    TRY(write_manifest(file, discovered_manifest(prepared.found, prepared.client, prepared.scope,
                                                 explorer_.neighbourhood().block())));
    return prepared;
  }

 private:
  // By the identifier under which the server's metadata was found: what belongs to one server goes
  // to no other that calls itself the same.
  Result<OAuthClient> choose_client(const FoundServer& found) {
    const ServerMetadata& server = found.server;
    if (!request_.client_id.empty()) {
      return keep(found, {.id = request_.client_id, .token_auth = "none"});
    }
    auto stored = TRY(clients_.find(found.identifier));
    std::string left;  // the id that isn't to be used any more
    if (stored && request_.wants_new_client) left = stored->id;
    const auto is_left = [&] { return stored && stored->id == left; };
    if (stored && !stored->is_registered && !is_left()) {
      is_client_unproven_ = true;
      return *std::move(stored);
    }
    const std::string document = client_document(request_.known);
    if (server.takes_client_documents && !document.empty()) {
      return OAuthClient{.id = document, .token_auth = "none"};
    }
    if (stored && !is_left() && !stored->has_ended(now_ms() / 1000)) {
      const Standing standing = TRY(ask_standing(explorer_, *stored));
      if (standing == Standing::known) return keep(found, *std::move(stored));
      is_client_unproven_ = standing == Standing::untold;
      if (is_client_unproven_) return *std::move(stored);
      left = stored->id;
      tell_forgotten(parts_.io, found, left);
    }
    if (server.registration_endpoint.empty()) {
      return ask(found, fmt::format("{} registers no clients by itself", found.issuer()));
    }
    // Of two sign-ins at once one registers, and the other finds what it was given.
    std::unique_ptr<HeldAccounts> held;
    if (parts_.storage != nullptr) {
      const Account of_server{found.identifier, "client"};
      held = TRY(parts_.storage->hold_account(of_server, parts_.stop));
      stored = TRY(clients_.find(found.identifier));
      if (stored && !is_left() && !stored->has_ended(now_ms() / 1000)) return *std::move(stored);
    }
    auto registered = register_client(explorer_, server);
    // Before anything else can go wrong: the server has it from now on.
    if (registered) return keep(found, *std::move(registered));
    if (registered.error().kind == FaultKind::aborted) {
      return std::unexpected(std::move(registered).error());
    }
    held.reset();
    return ask(found, registered.error().message);
  }

  Result<OAuthClient> keep(const FoundServer& found, OAuthClient client) {
    TRY(clients_.put(found.identifier, client));
    return client;
  }

  Result<OAuthClient> ask(const FoundServer& found, const std::string& why) {
    const std::string make = fmt::format(
        "make a client there that has the redirect URI {} and no secret, if it can be without one",
        redirect_uri);
    if (!parts_.io.interactive()) {
      return std::unexpected(
          sign_in_fault(why, fmt::format("{}; then: pindus signin {} --set client=ID", make,
                                         shell_word(request_.address))));
    }
    parts_.io.tell(fmt::format("{}: {}.", why, make));
    const Secret id = TRY(parts_.io.ask("Client id", parts_.stop));
    OAuthClient client{.id = std::string(trimmed(id.view()))};
    if (client.id.empty() || !is_printable(client.id)) {
      return fail(FaultKind::aborted, "no client id was given",
                  fmt::format("pindus signin {}", shell_word(request_.address)));
    }
    client.secret = TRY(parts_.io.ask_secret("Client secret (empty if it has none)", parts_.stop));
    const std::string_view usual = usual_token_auth(found.server);
    client.token_auth = client.secret.empty() ? "none" : usual == "post" ? "post" : "basic";
    return keep(found, std::move(client));
  }

  Explorer& explorer_;
  const AddressParts& parts_;
  const AddressRequest& request_;
  ClientStore clients_;
  bool is_client_unproven_ = false;
};

bool is_of_server(const Provider& provider, std::string_view server) {
  const auto notes = notes_of(provider);
  return notes && notes->server == server;
}

}  // namespace

std::string client_document(const Provider* known) {
  const std::string* text =
      known == nullptr ? nullptr : known->merged.find_text("client_metadata_url");
  return text == nullptr ? PINDUS_CLIENT_METADATA_URL : *text;
}

Result<PreparedSignIn> prepare_sign_in(Explorer& explorer, const AddressParts& parts,
                                       const AddressRequest& request) {
  return Preparation(explorer, parts, request).run();
}

Result<bool> forget_client(const AddressParts& parts, const PreparedSignIn& prepared) {
  if (!prepared.client.is_registered) return false;
  const bool was_there = TRY(ClientStore(parts.profile).remove(prepared.found.identifier));
  if (was_there) tell_forgotten(parts.io, prepared.found, prepared.client.id);
  return was_there;
}

Result<std::optional<bool>> leave_server(Explorer& explorer, const AddressParts& parts,
                                         const Provider& provider,
                                         const ProviderDirectory& others) {
  const auto notes = notes_of(provider);
  if (!notes) return std::nullopt;
  const bool is_shared = std::ranges::any_of(others.providers(), [&](const Provider& other) {
    return !same_provider(other.id, provider.id) && is_of_server(other, notes->server);
  });
  const ClientStore clients(parts.profile);
  const auto client = TRY(clients.find(notes->server));
  if (is_shared || !client || !client->is_registered) return std::nullopt;
  static_cast<void>(TRY(clients.remove(notes->server)));
  if (!client->has_registration_address()) return std::nullopt;
  explorer.set_neighbourhood(Neighbourhood(std::string_view(provider.network.value_or(""))));
  return TRY(delete_registration(explorer, *client));
}

}  // namespace pindus::discovery
