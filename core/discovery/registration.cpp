#include "core/discovery/registration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/base/json.hpp"
#include "core/base/provider_id.hpp"

namespace pindus::discovery {
namespace {

constexpr std::string_view device_grant = "urn:ietf:params:oauth:grant-type:device_code";

bool has(const std::vector<std::string>& list, std::string_view one) {
  return std::ranges::find(list, one) != list.end();
}

// RFC 7591, section 2: the registry's names, and the manifest's.
std::string_view registered_name(std::string_view token_auth) {
  if (token_auth == "basic") return "client_secret_basic";
  return token_auth == "post" ? "client_secret_post" : "none";
}

std::string_view option_name(std::string_view registered) {
  if (registered == "client_secret_basic") return "basic";
  if (registered == "client_secret_post") return "post";
  return registered == "none" ? "none" : "";
}

// Without grant_types a server gives no refresh token, without an authentication method it gives a
// secret.
std::string request_body(const ServerMetadata& server) {
  std::vector<std::string> grants = {"authorization_code"};
  const auto& supported = server.grant_types_supported;
  if (supported.empty() || has(supported, "refresh_token")) grants.emplace_back("refresh_token");
  if (!server.device_authorization_endpoint.empty()) grants.emplace_back(device_grant);
  return Json(Json::Object{{"client_name", Json("pindus")},
                           {"application_type", Json("native")},
                           {"redirect_uris", text_list({std::string(redirect_uri)})},
                           {"grant_types", text_list(grants)},
                           {"response_types", text_list({"code"})},
                           {"token_endpoint_auth_method",
                            Json(std::string(registered_name(usual_token_auth(server))))},
                           {"software_id", Json("pindus")},
                           {"software_version", Json(PINDUS_VERSION)}})
      .dump();
}

std::string member_text(const Json& object, std::string_view name) {
  const std::string* text = object.find_text(name);
  return text == nullptr ? std::string() : *text;
}

// What an answer says of a client (RFC 7591, section 3.2.1; RFC 7592, section 3); what it doesn't
// say stays.
void take_members(const Json& answer, OAuthClient& client) {
  if (std::string secret = member_text(answer, "client_secret"); !secret.empty()) {
    client.secret = Secret(std::move(secret));
  }
  if (const Json* ends = answer.find("client_secret_expires_at")) {
    client.secret_ends_s = ends->as_integer().value_or(0);
  }
  if (std::string uri = member_text(answer, "registration_client_uri"); is_address_id(uri)) {
    client.registration_uri = std::move(uri);
  }
  if (std::string token = member_text(answer, "registration_access_token"); !token.empty()) {
    client.registration_token = Secret(std::move(token));
  }
}

HttpRequest registration_request(std::string_view method, const OAuthClient& client) {
  HttpRequest request;
  request.method = method;
  request.url = client.registration_uri;
  request.headers.emplace_back("Authorization",
                               Secret(fmt::format("Bearer {}", client.registration_token.view())));
  return request;
}

std::unexpected<CredentialFault> no_client(const std::string& endpoint, std::string_view why) {
  return std::unexpected(
      sign_in_fault(fmt::format("{} registered no client: {}", endpoint, printable(why, 300))));
}

std::string refusal_of(const HttpResponse& answer) {
  const auto json = Json::parse(answer.body.view());
  std::string why = fmt::format("HTTP {}", answer.status);
  if (!json || json->as_object() == nullptr) return why;
  for (const std::string_view name : {"error", "error_description"}) {
    if (const std::string text = member_text(*json, name); !text.empty()) why += ", " + text;
  }
  return why;
}

}  // namespace

std::string_view usual_token_auth(const ServerMetadata& server) {
  const auto& methods = server.token_endpoint_auth_methods_supported;
  if (methods.empty() || has(methods, "none")) return "none";
  if (has(methods, "client_secret_basic")) return "basic";
  return has(methods, "client_secret_post") ? "post" : "";
}

Result<OAuthClient> register_client(Explorer& explorer, const ServerMetadata& server) {
  const std::string& endpoint = server.registration_endpoint;
  HttpRequest request;
  request.method = "POST";
  request.url = endpoint;
  request.body = Secret(request_body(server));
  request.headers.emplace_back("Content-Type", Secret(std::string_view("application/json")));
  request.headers.emplace_back("Accept", Secret(std::string_view("application/json")));
  const HttpResponse answer =
      TRY(explorer.send(std::move(request), fmt::format("{} registers clients at", server.issuer)));
  // RFC 7591, section 3.2.1, says 201; some say 200.
  if (answer.status != 201 && answer.status != 200) return no_client(endpoint, refusal_of(answer));
  auto json = Json::parse(answer.body.view());
  if (!json || json->as_object() == nullptr) {
    return no_client(endpoint, "its answer is not a JSON object");
  }
  OAuthClient client{.id = member_text(*json, "client_id"), .is_registered = true};
  take_members(*json, client);
  const std::string said = member_text(*json, "token_endpoint_auth_method");
  json->wipe();
  constexpr std::size_t longest_id = 2048;
  if (client.id.empty() || client.id.size() > longest_id || !is_printable(client.id)) {
    return no_client(endpoint, "its answer has no client_id that can be one");
  }
  // What it made of our wish counts; what it didn't say is as we wished.
  client.token_auth = said.empty() ? usual_token_auth(server) : option_name(said);
  if (client.token_auth.empty()) {
    return no_client(endpoint, fmt::format("it wants clients to prove who they are by {}", said));
  }
  if (client.token_auth != "none" && client.secret.empty()) client.token_auth = "none";
  return client;
}

Result<Standing> ask_standing(Explorer& explorer, OAuthClient& client) {
  if (!client.has_registration_address()) return Standing::untold;
  const auto answer =
      explorer.send(registration_request("GET", client), "the registration is looked at at");
  if (!answer) {
    if (answer.error().kind == FaultKind::aborted) return std::unexpected(answer.error());
    return Standing::untold;
  }
  // RFC 7592, section 2.1: 401 is what it says of a client that isn't there.
  if (answer->status == 401 || answer->status == 404) return Standing::forgotten;
  auto json = Json::parse(answer->body.view());
  if (answer->status != 200 || !json || json->as_object() == nullptr) return Standing::untold;
  const bool is_same = member_text(*json, "client_id") == client.id;
  if (is_same) take_members(*json, client);
  json->wipe();
  return is_same ? Standing::known : Standing::untold;
}

Result<bool> delete_registration(Explorer& explorer, const OAuthClient& client) {
  const HttpResponse answer = TRY(explorer.send(registration_request("DELETE", client),
                                                "the registration is to be taken back at"));
  // RFC 7592, section 2.3; 401 and 404 say that it was gone already.
  return answer.status == 204 || answer.status == 200 || answer.status == 401 ||
         answer.status == 404;
}

}  // namespace pindus::discovery
