#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <pindus/flows/jwt.hpp>
#include <pindus/flows/key_text.hpp>
#include <pindus/flows/oauth_client.hpp>
#include <pindus/plugin.hpp>

namespace pindus::sdk {

/// A service account (RFC 7523 section 2.1): an assertion that its private key signs is the grant.
/// What it signs with is asked for once and kept with the account; a refresh signs another
/// assertion, and there is no refresh token.
///
/// Manifest options: those of OAuthClient, `scope`, `key_file` and where in it things are
/// (`key_file_issuer`, `key_file_private_key`, `key_file_key_id`), `assertion_issuer`,
/// `assertion_subject`. Without `token_auth` the client needn't say who it is.
class JwtBearerFlow {
 public:
  static constexpr auto options = joined(
      OAuthClient::options,
      std::array{
          option("scope", "what is asked for, names separated by blanks"),
          option("key_file",
                 "the service account's key file, as Google's, or a private key in PEM: its path, "
                 "or all that is in it; else it is asked for and kept with the account"),
          option("key_file_issuer",
                 "a JSON pointer to the account's name in that file; /client_email as a rule"),
          option("key_file_private_key",
                 "a JSON pointer to the private key in PEM; /private_key as a rule"),
          option("key_file_key_id", "a JSON pointer to the key's id; /private_key_id as a rule"),
          option("assertion_issuer", "the account's name (iss), where no key file says it"),
          option("assertion_subject",
                 "for whom it acts (sub); the account itself as a rule, and none leaves it out"),
      });

  explicit JwtBearerFlow(Session& session) : session_(session) {}

  Status sign_in() { return get_token(Operation::sign_in); }
  Status refresh() { return get_token(Operation::refresh); }
  Status revoke() {
    PINDUS_TRY(const OAuthClient client, OAuthClient::from_manifest(session_, "none"));
    return client.revoke();
  }

 private:
  enum class Operation { sign_in, refresh };
  struct ServiceAccount {
    std::string name;
    std::string key_id;  // empty: none
    Secret private_key;
  };

  Status get_token(Operation operation) {
    PINDUS_TRY(const OAuthClient client, OAuthClient::from_manifest(session_, "none"));
    PINDUS_TRY(const std::string token_url, session_.option("token_url"));
    PINDUS_TRY(const std::string scope, session_.option("scope", ""));
    PINDUS_TRY(const ServiceAccount account, service_account());
    PINDUS_TRY(const std::string audience, session_.option("assertion_audience", token_url));
    PINDUS_TRY(std::string subject, session_.option("assertion_subject", account.name));
    if (subject == "none") subject.clear();
    PINDUS_TRY(const Secret assertion,
               signed_assertion(session_, {account.name, subject, audience, scope, account.key_id},
                                account.private_key));
    Fields grant{{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"},
                 {"assertion", assertion}};
    // RFC 7521 section 4.1; Google looks for it in the assertion.
    if (!scope.empty()) grant.emplace_back("scope", scope);
    PINDUS_TRY(const OAuthAnswer answer, operation == Operation::sign_in
                                             ? client.request_first_token(grant)
                                             : client.request_token(grant));
    return client.keep(answer);
  }

  Result<ServiceAccount> service_account() const {
    constexpr AccountSecret key_file = {"key_file", "keyFile", PINDUS_PROMPT_SECRET_TEXT,
                                        "Key file (its path, or all that is in it)"};
    PINDUS_TRY(Secret text, account_secret(session_, key_file));
    PINDUS_TRY(const auto key_id, session_.option_if_set("key_id"));
    PINDUS_TRY(const auto issuer, session_.option_if_set("assertion_issuer"));
    PINDUS_TRY(const SensitiveText content, text.sensitive_text());
    if (detail::is_pem(content.view())) {
      PINDUS_TRY(std::string name, session_.option("assertion_issuer"));
      return ServiceAccount{std::move(name), key_id.value_or(""), std::move(text)};
    }
    Result<Json> json = session_.parse_json(text);
    if (!json && json.code() != PINDUS_PROTOCOL && json.code() != PINDUS_TOO_LARGE) {
      return json.error();
    }
    if (!json) {
      return session_.fail(PINDUS_INVALID_KEY, "the key file is neither JSON nor a private key",
                           "give the file whole, as it was downloaded");
    }
    PINDUS_TRY(std::string key_at, session_.option("key_file_private_key", "/private_key"));
    PINDUS_TRY(auto key, member(*json, key_at));
    PINDUS_TRY(std::string name_at, session_.option("key_file_issuer", "/client_email"));
    PINDUS_TRY(auto name, member(*json, name_at));
    PINDUS_TRY(std::string id_at, session_.option("key_file_key_id", "/private_key_id"));
    PINDUS_TRY(const auto id, member(*json, id_at));
    if (!key) return is_missing(key_at);
    if (!name && !issuer) return is_missing(name_at);
    ServiceAccount account{issuer.value_or(""), key_id.value_or(""), std::move(*key)};
    if (!issuer) {
      PINDUS_TRY(account.name, name->text());
    }
    if (!key_id && id) {
      PINDUS_TRY(account.key_id, id->text());
    }
    return account;
  }

  // A string of the key file; what is of another type counts as missing.
  Result<std::optional<Secret>> member(const Json& json, const std::string& pointer) const {
    Result<Secret> found = json.secret(pointer);
    if (found.code() == PINDUS_PROTOCOL) return std::optional<Secret>();
    if (found.code() == PINDUS_INVALID_ARGUMENT) {
      return session_.fail(
          PINDUS_INVALID_ARGUMENT,
          "the manifest's option \"key_file_...\" is not a JSON pointer: " + pointer,
          "it begins with \"/\"");
    }
    PINDUS_TRY(auto if_found, std::move(found).if_found());
    return unless_empty(std::move(if_found));
  }

  Error is_missing(const std::string& pointer) const {
    return session_.fail(PINDUS_INVALID_KEY,
                         "the key file has no \"" + pointer.substr(1) +
                             "\": it is not that of a "
                             "service account",
                         "make a key for a service account, as JSON, and give that file");
  }

  Session& session_;
};

}  // namespace pindus::sdk
