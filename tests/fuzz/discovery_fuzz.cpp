// What a stranger's server says at a sign-in: the input's first line is a WWW-Authenticate field,
// the second one document and the rest another. A field gives challenges within the limits,
// whatever is in it; a document that is refused is refused in a printable sentence; of one that is
// taken every address is one, and the manifest that is made of it is a manifest, of that address
// alone.

#include <string>
#include <vector>

#include "core/base/fault.hpp"
#include "core/base/provider_id.hpp"
#include "core/discovery/challenge.hpp"
#include "core/discovery/discovered_manifest.hpp"
#include "core/discovery/metadata.hpp"
#include "core/providers/manifest.hpp"
#include "tests/fuzz/property.hpp"

namespace {

using pindus::discovery::Challenge;
using pindus::discovery::choose_scope;
using pindus::discovery::discovered_manifest;
using pindus::discovery::find_bearer_challenge;
using pindus::discovery::FoundServer;
using pindus::discovery::is_scope;
using pindus::discovery::OAuthClient;
using pindus::discovery::parse_challenges;
using pindus::discovery::parse_resource_metadata;
using pindus::discovery::parse_server_metadata;
using pindus::discovery::resource_metadata_places;
using pindus::discovery::server_metadata_places;
using pindus::test::hold;

void check_challenges(std::string_view field) {
  const auto challenges = parse_challenges(field);
  hold(challenges.size() <= 32, "a field has no more challenges than are read");
  std::size_t read = 0;
  for (const Challenge& challenge : challenges) {
    hold(!challenge.scheme.empty(), "a challenge has a scheme");
    for (const auto& [name, value] : challenge.parameters) {
      hold(!name.empty(), "a parameter has a name");
      hold(challenge.find(name).has_value(), "a parameter is found by its name");
      read += name.size() + value.size();
    }
  }
  hold(read <= field.size(), "nothing is read that isn't there");
  static_cast<void>(find_bearer_challenge({{"www-authenticate", std::string(field)}}));
}

void check_addresses(const std::vector<std::string>& addresses) {
  for (const std::string& address : addresses) {
    hold(address.empty() || pindus::is_address_id(address), "an address in metadata is one");
  }
}

void check_manifest(const FoundServer& found) {
  const std::string scope = choose_scope(found, "", "");
  hold(scope.empty() || is_scope(scope), "a scope is one");
  OAuthClient client{.id = "client"};
  client.token_auth = "none";
  const auto manifest =
      pindus::parse_manifest(discovered_manifest(found, client, scope, "10.0.0.0/8"));
  hold(manifest.has_value(), "what is made of metadata is a manifest");
  hold(manifest->id == pindus::folded_provider(found.address), "a manifest is of its address");
  hold(manifest->strays.empty(), "a manifest has no member that nobody reads");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  auto input = pindus::test::text_of_input(bytes, size);
  check_challenges(pindus::test::take_line(input));
  const auto resource = parse_resource_metadata(pindus::test::take_line(input));
  const auto server = parse_server_metadata(input);
  if (!resource) hold(pindus::is_printable(resource.error()), "why is printable");
  if (!server) hold(pindus::is_printable(server.error()), "why is printable");
  FoundServer found;
  found.address = "https://a.example/mcp";
  if (resource) {
    check_addresses({resource->resource});
    check_addresses(resource->authorization_servers);
    static_cast<void>(resource_metadata_places(resource->resource));
    found.address = resource->resource;
    found.resource = resource->resource;
    found.name = resource->name;
    found.resource_scopes = resource->scopes_supported;
  }
  if (!server) return 0;
  check_addresses({server->issuer, server->authorization_endpoint, server->token_endpoint,
                   server->registration_endpoint, server->revocation_endpoint,
                   server->device_authorization_endpoint});
  check_addresses(server_metadata_places(server->issuer));
  found.identifier = server->issuer;
  found.server = *server;
  check_manifest(found);
  return 0;
}
