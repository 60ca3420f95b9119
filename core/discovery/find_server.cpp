#include "core/discovery/find_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/base/json.hpp"
#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"
#include "core/discovery/challenge.hpp"

namespace pindus::discovery {
namespace {

std::unexpected<CredentialFault> refused(std::string message, std::string hint) {
  return std::unexpected(sign_in_fault(std::move(message), std::move(hint)));
}

constexpr const char* tell_them = "tell whoever runs the server";

// RFC 3986, section 6.2.3: an empty path is "/".
std::string_view without_bare_slash(std::string_view address) {
  return address.substr(size_without_case(address)) == "/" ? address.substr(0, address.size() - 1)
                                                           : address;
}

bool same_resource(std::string_view a, std::string_view b) {
  return same_provider(without_bare_slash(a), without_bare_slash(b));
}

bool names_resource(std::string_view document) {
  const auto json = Json::parse(document);
  return json && json->as_object() != nullptr && json->find("resource") != nullptr;
}

class Search {
 public:
  Search(Explorer& explorer, const FindServerRequest& request)
      : explorer_(explorer), request_(request) {
    found_.address = request.address;
  }

  Result<FoundServer> run() {
    const HttpResponse answer = TRY(explorer_.ask_resource(request_.address));
    const auto challenge = find_bearer_challenge(answer.headers);
    if (challenge && is_scope(challenge->scope)) found_.challenged_scope = challenge->scope;
    const auto metadata = TRY(challenge && !challenge->resource_metadata.empty()
                                  ? named_metadata(challenge->resource_metadata)
                                  : usual_metadata());
    if (metadata) {
      found_.resource = metadata->resource;
      found_.name = metadata->name;
      found_.resource_scopes = metadata->scopes_supported;
      found_.identifier = TRY(choose_server(*metadata));
    } else {
      found_.identifier = request_.address;
    }
    TRY(find_metadata(metadata.has_value()));
    TRY(check_endpoints());
    TRY(check_pkce());
    return std::move(found_);
  }

 private:
  // The challenge's word counts alone: beside it another resource's could stand at the root.
  Result<std::optional<ResourceMetadata>> named_metadata(const std::string& place) {
    if (!is_address_id(place)) {
      return refused(fmt::format("{} names {} for its metadata, which is no http or https address",
                                 request_.address, printable(place, 200)),
                     tell_them);
    }
    const HttpResponse answer =
        TRY(explorer_.get(place, fmt::format("{} keeps its metadata at", request_.address)));
    if (answer.status != 200) {
      return refused(fmt::format("{}, where {} keeps its metadata, answered HTTP {}", place,
                                 request_.address, answer.status),
                     tell_them);
    }
    return TRY(understood(place, answer));
  }

  Result<std::optional<ResourceMetadata>> usual_metadata() {
    for (const std::string& place : resource_metadata_places(request_.address)) {
      const HttpResponse answer =
          TRY(explorer_.get(place, fmt::format("{} may keep its metadata at", request_.address)));
      if (answer.status != 200) continue;
      // What a site shows for every path is no metadata.
      if (!names_resource(answer.body.view())) continue;
      return TRY(understood(place, answer));
    }
    return std::nullopt;
  }

  Result<ResourceMetadata> understood(const std::string& place, const HttpResponse& answer) const {
    auto metadata = parse_resource_metadata(answer.body.view());
    if (!metadata) return refused(fmt::format("{} {}", place, metadata.error()), tell_them);
    // RFC 9728, section 3.3.
    if (!same_resource(metadata->resource, request_.address)) {
      return refused(
          fmt::format("{} is the metadata of {}, and not of {}", place, metadata->resource,
                      request_.address),
          size_without_case(metadata->resource) == size_without_case(request_.address) &&
                  equal_ignoring_case(
                      metadata->resource.substr(0, size_without_case(metadata->resource)),
                      request_.address.substr(0, size_without_case(request_.address)))
              ? fmt::format("pindus signin {}, if that is what is meant",
                            shell_word(metadata->resource))
              : tell_them);
    }
    if (metadata->authorization_servers.empty()) {
      return refused(
          fmt::format("{} names no authorization server for {}", place, request_.address),
          tell_them);
    }
    return *std::move(metadata);
  }

  Result<std::string> choose_server(const ResourceMetadata& metadata) const {
    const auto& servers = metadata.authorization_servers;
    const auto known = std::ranges::find(servers, request_.known_server);
    return known == servers.end() ? servers.front() : *known;
  }

  Result<void> find_metadata(bool is_of_resource) {
    const std::string& identifier = found_.identifier;
    const std::string named_by =
        is_of_resource ? fmt::format("{} names the authorization server", request_.address)
                       : fmt::format("{} may be an authorization server at", request_.address);
    std::optional<CredentialFault> first;
    for (const std::string& place : server_metadata_places(identifier)) {
      const HttpResponse answer = TRY(explorer_.get(place, named_by));
      if (answer.status != 200) continue;
      auto metadata = parse_server_metadata(answer.body.view());
      const auto wrong = metadata ? wrong_issuer(place, *metadata)
                                  : std::optional(sign_in_fault(
                                        fmt::format("{} {}", place, metadata.error()), tell_them));
      if (!wrong) {
        found_.is_exception = metadata->issuer != identifier;
        found_.server = *std::move(metadata);
        return {};
      }
      if (!first) first = wrong;
    }
    if (first) return std::unexpected(*std::move(first));
    if (is_of_resource) {
      return refused(fmt::format("{}, the authorization server of {}, keeps no metadata where it "
                                 "should (RFC 8414)",
                                 identifier, request_.address),
                     tell_them);
    }
    return refused(fmt::format("{} doesn't say who signs people in there: it has no metadata of a "
                               "resource (RFC 9728) and none of a server (RFC 8414)",
                               request_.address),
                   "see whether the address is right, or write a manifest, see pindus-manifest(5)");
  }

  // RFC 8414, section 3.3: what a server says of another must not be used.
  std::optional<CredentialFault> wrong_issuer(const std::string& place,
                                              const ServerMetadata& metadata) const {
    if (metadata.issuer == found_.identifier || metadata.issuer == request_.allowed_issuer) {
      return std::nullopt;
    }
    if (found_.resource.empty() && same_resource(metadata.issuer, found_.identifier)) {
      return std::nullopt;  // a person wrote it with or without the slash
    }
    return sign_in_fault(
        fmt::format("{} is the metadata of {}, and {} was asked for", place, metadata.issuer,
                    found_.identifier),
        fmt::format("if you know that they are the same: pindus signin {} --allow-issuer {}",
                    shell_word(request_.address), shell_word(metadata.issuer)));
  }

  // Before a person consents to what could then not be had. The address that a name leads to is
  // looked at when it is asked.
  Result<void> check_endpoints() const {
    const ServerMetadata& server = found_.server;
    for (const std::string* endpoint :
         {&server.authorization_endpoint, &server.token_endpoint, &server.registration_endpoint,
          &server.revocation_endpoint, &server.device_authorization_endpoint}) {
      if (!endpoint->empty()) TRY(explorer_.check_address(*endpoint, server.issuer + " names"));
    }
    return {};
  }

  Result<void> check_pkce() const {
    const ServerMetadata& server = found_.server;
    const bool has_device = !server.device_authorization_endpoint.empty();
    if (server.authorization_endpoint.empty()) {
      if (has_device) return {};
      return refused(fmt::format("{} names no authorization endpoint", server.issuer), tell_them);
    }
    const auto& methods = server.code_challenge_methods_supported;
    if (std::ranges::find(methods, "S256") != methods.end()) return {};
    return refused(fmt::format("{} doesn't say that it takes PKCE with S256 (RFC 7636), without "
                               "which a sign-in could be taken over",
                               server.issuer),
                   tell_them);
  }

  Explorer& explorer_;
  const FindServerRequest& request_;
  FoundServer found_;
};

}  // namespace

Result<FoundServer> find_server(Explorer& explorer, const FindServerRequest& request) {
  return Search(explorer, request).run();
}

}  // namespace pindus::discovery
