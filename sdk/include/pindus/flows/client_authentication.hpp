#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <pindus/flows/jwt.hpp>
#include <pindus/flows/key_text.hpp>
#include <pindus/plugin.hpp>

namespace pindus::sdk {

/// How a client proves to a server who it is (RFC 6749 section 2.3): by its secret in the request
/// or in the header field Authorization, by a signed assertion (RFC 7523 section 2.2), or not at
/// all.
class ClientAuthentication {
 public:
  static constexpr std::array options = {
      option("client_id", "the client's id at the server"),
      option("client_secret",
             "its secret, where it has one; where token_auth wants one that is neither here nor in "
             "the environment, it is asked for and kept with the account"),
      option("token_auth",
             "how the client proves who it is: post (client_secret in the request; as a rule, "
             "where there is a secret), basic (in the header field Authorization), none, or "
             "private_key_jwt (RFC 7523 section 2.2)"),
      option("private_key",
             "for private_key_jwt: the private key in PEM, or its file's path; else it is asked "
             "for and kept with the account"),
      option("key_id", "the key's id at the server (kid), where it wants one"),
      option("signing_alg", "what the key signs with: RS256 (as a rule), ES256 or EdDSA"),
      option("assertion_audience",
             "what aud in a signed assertion says; token_url as a rule, and some servers want "
             "their issuer"),
  };

  /// As the options say. Where `token_auth` isn't among them, `usual` counts; without that a secret
  /// is posted where there is one. Where nothing proves a client as a rule ("none"), it may also be
  /// without an id.
  static Result<ClientAuthentication> from_manifest(const Session& session,
                                                    std::string_view usual = {}) {
    PINDUS_TRY(const auto secret, session.option_if_set("client_secret"));
    const std::string_view rule = !usual.empty() ? usual : secret ? "post" : "none";
    PINDUS_TRY(const std::string named, session.option("token_auth", rule));
    PINDUS_TRY(const Method method, method_named(session, named));
    const bool may_be_nobody = usual == "none" && method == Method::none;
    PINDUS_TRY(std::string id,
               may_be_nobody ? session.option("client_id", "") : session.option("client_id"));
    ClientAuthentication made(session, std::move(id), method);
    if (method == Method::post || method == Method::basic) {
      PINDUS_TRY(made.secret_, account_secret(session, {"client_secret", "clientSecret",
                                                        PINDUS_PROMPT_SECRET, "Client secret"}));
    } else if (method == Method::private_key_jwt) {
      PINDUS_TRY(made.secret_,
                 account_secret(session, {"private_key", "privateKey", PINDUS_PROMPT_SECRET_TEXT,
                                          "Private key (PEM, or its file's path)"}));
    }
    return made;
  }

  [[nodiscard]] const std::string& id() const { return id_; }

  /// Whether requests are signed, so that this computer's clock counts.
  [[nodiscard]] bool signs() const { return method_ == Method::private_key_jwt; }

  /// What a single request needs: a new one for each, since an assertion counts once.
  Result<std::optional<Secret>> proof() const {
    if (secret_ && method_ == Method::basic) return basic_credentials(*secret_);
    if (secret_ && method_ == Method::private_key_jwt) return assertion(*secret_);
    return std::optional<Secret>();
  }

  /// Puts client and proof where they belong. The fields borrow from both.
  void add_to(Fields& body, Fields& headers, const std::optional<Secret>& proof) const {
    if (proof && method_ == Method::basic) {
      headers.emplace_back("Authorization", Value("Basic ", *proof));
      return;  // RFC 6749 section 2.3: one way in each request
    }
    if (!id_.empty()) body.emplace_back("client_id", id_);
    if (secret_ && method_ == Method::post) body.emplace_back("client_secret", *secret_);
    if (proof && method_ == Method::private_key_jwt) {
      body.emplace_back("client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
      body.emplace_back("client_assertion", *proof);
    }
  }

 private:
  enum class Method { none, post, basic, private_key_jwt };

  ClientAuthentication(const Session& session, std::string id, Method method)
      : session_(&session), id_(std::move(id)), method_(method) {}

  // The short names, and those of the IANA's registry (RFC 7591 section 2).
  static Result<Method> method_named(const Session& session, std::string_view name) {
    if (name == "none") return Method::none;
    if (name == "post" || name == "client_secret_post") return Method::post;
    if (name == "basic" || name == "client_secret_basic") return Method::basic;
    if (name == "private_key_jwt") return Method::private_key_jwt;
    return session.fail(
        PINDUS_INVALID_ARGUMENT,
        "the manifest's option \"token_auth\" is none of post, basic, none and private_key_jwt");
  }

  // RFC 6749 section 2.3.1: both encoded as a form's name and value are, with ":" for the "=".
  Result<std::optional<Secret>> basic_credentials(const Secret& client_secret) const {
    PINDUS_TRY(const Secret form,
               session_->encode_form(Fields{Field(id_, client_secret)}, FormFormat::urlencoded));
    PINDUS_TRY(const SensitiveText pair, form.sensitive_text());
    const size_t equals = pair.view().find('=');
    const std::string id(pair.view().substr(0, equals));
    PINDUS_TRY(const Secret secret, session_->secret(pair.view().substr(equals + 1)));
    PINDUS_TRY(Secret credentials, session_->encode(PINDUS_ENCODING_BASE64, {id + ":", secret}));
    return std::optional<Secret>(std::move(credentials));
  }

  Result<std::optional<Secret>> assertion(const Secret& private_key) const {
    PINDUS_TRY(std::string audience, session_->option("assertion_audience", ""));
    if (audience.empty()) {
      PINDUS_TRY(audience, session_->option("token_url"));
    }
    PINDUS_TRY(const std::string key_id, session_->option("key_id", ""));
    PINDUS_TRY(Secret made,
               signed_assertion(*session_, {id_, id_, audience, "", key_id}, private_key));
    return std::optional<Secret>(std::move(made));
  }

  const Session* session_;
  std::string id_;
  Method method_;
  std::optional<Secret> secret_;  // or the private key
};

}  // namespace pindus::sdk
