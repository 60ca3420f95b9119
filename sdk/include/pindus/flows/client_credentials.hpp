#pragma once

#include <array>
#include <string>

#include <pindus/flows/oauth_client.hpp>
#include <pindus/plugin.hpp>

namespace pindus::sdk {

/// The client credentials grant (RFC 6749 section 4.4): the client's own access, and no person's. A
/// refresh asks for another token with the same credentials; there is no refresh token.
///
/// Manifest options: those of OAuthClient, and `scope`. Without `token_auth` the client proves who
/// it is by HTTP Basic, which each server takes.
class ClientCredentialsFlow {
 public:
  static constexpr auto options = joined(
      OAuthClient::options, std::array{
                                option("scope", "what is asked for, names separated by blanks"),
                            });

  explicit ClientCredentialsFlow(Session& session) : session_(session) {}

  Status sign_in() {
    PINDUS_TRY(const OAuthClient client, this_client());
    PINDUS_TRY(const std::string scope, session_.option("scope", ""));
    PINDUS_TRY(const OAuthAnswer answer, client.request_first_token(grant(scope)));
    return client.keep(answer);
  }

  Status refresh() {
    PINDUS_TRY(const OAuthClient client, this_client());
    PINDUS_TRY(const std::string scope, session_.option("scope", ""));
    PINDUS_TRY(const OAuthAnswer answer, client.request_token(grant(scope)));
    return client.keep(answer);
  }

  Status revoke() {
    PINDUS_TRY(const OAuthClient client, this_client());
    return client.revoke();
  }

 private:
  Result<OAuthClient> this_client() const {
    return OAuthClient::from_manifest(session_, "client_secret_basic");
  }

  static Fields grant(const std::string& scope) {
    Fields fields{{"grant_type", "client_credentials"}};
    if (!scope.empty()) fields.emplace_back("scope", scope);
    return fields;
  }

  Session& session_;
};

}  // namespace pindus::sdk
