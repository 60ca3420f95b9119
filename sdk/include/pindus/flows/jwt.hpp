#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <pindus/plugin.hpp>

namespace pindus::sdk {

/// The claims of a JSON Web Token (RFC 7519), or nothing where the text isn't one. The signature
/// isn't looked at: the token comes from the token endpoint itself (OpenID Connect Core 3.1.3.7).
inline Result<std::optional<Json>> jwt_claims(const Session& session, const Secret& token) {
  PINDUS_TRY(const SensitiveText text, token.sensitive_text());
  const size_t first = text.view().find('.');
  const size_t second = first == std::string_view::npos ? first : text.view().find('.', first + 1);
  const bool has_three_parts = second != std::string_view::npos &&
                               text.view().find('.', second + 1) == std::string_view::npos;
  if (!has_three_parts) return std::optional<Json>();

  const std::string_view payload = text.view().substr(first + 1, second - first - 1);
  const Result<Secret> decoded = session.decode(PINDUS_ENCODING_BASE64URL, payload);
  Result<Json> claims = decoded ? session.parse_json(*decoded) : Result<Json>(decoded.error());
  if (claims) return std::optional<Json>(std::move(*claims));
  // Whatever stands there, it is no reason to throw a token away.
  const bool is_other = claims.code() == PINDUS_PROTOCOL || claims.code() == PINDUS_TOO_LARGE;
  return is_other ? Result<std::optional<Json>>(std::optional<Json>()) : claims.error();
}

/// How a token is signed: "RS256", "ES256" or "EdDSA" (RFC 7518, RFC 8037), as the option
/// `signing_alg` says; RS256 without it.
struct SigningAlgorithm {
  std::string_view name;
  uint32_t number;  ///< PINDUS_SIGN_*
};

inline Result<SigningAlgorithm> signing_algorithm(const Session& session) {
  static constexpr std::array known = {SigningAlgorithm{"RS256", PINDUS_SIGN_RS256},
                                       SigningAlgorithm{"ES256", PINDUS_SIGN_ES256},
                                       SigningAlgorithm{"EdDSA", PINDUS_SIGN_EDDSA}};
  PINDUS_TRY(const std::string wanted, session.option("signing_alg", known[0].name));
  for (const SigningAlgorithm& algorithm : known) {
    if (wanted == algorithm.name) return algorithm;
  }
  return session.fail(PINDUS_INVALID_ARGUMENT,
                      "the manifest's option \"signing_alg\" is none of RS256, ES256 and EdDSA");
}

/// What an assertion says (RFC 7523 section 3). `exp`, `iat` and `jti` are added.
struct Assertion {
  std::string_view issuer;
  std::string_view subject;   ///< empty: none
  std::string_view audience;  ///< who shall take it
  std::string_view scope;     ///< empty: none
  std::string_view key_id;    ///< `kid` of the header (RFC 7515 section 4.1.4); empty: none
};

/// A signed token (RFC 7515, compact) that lives for five minutes. `pem` is the private key; what
/// is none is PINDUS_INVALID_KEY, and the host has said why.
inline Result<Secret> signed_assertion(const Session& session, const Assertion& says,
                                       const Secret& pem) {
  constexpr int64_t lifetime_s = 300;  // whoever sees it can use it so long
  PINDUS_TRY(const SigningAlgorithm algorithm, signing_algorithm(session));
  PINDUS_TRY(const int64_t now_ms, session.now_ms());
  PINDUS_TRY(const Secret random, session.random(16));
  PINDUS_TRY(const Secret id, session.encode(PINDUS_ENCODING_BASE64URL, random));
  const std::string issued = std::to_string(now_ms / 1000);
  const std::string end = std::to_string(now_ms / 1000 + lifetime_s);

  Fields header{{"alg", algorithm.name}, {"typ", "JWT"}};
  if (!says.key_id.empty()) header.emplace_back("kid", says.key_id);
  Fields claims{{"iss", says.issuer}};
  if (!says.subject.empty()) claims.emplace_back("sub", says.subject);
  claims.emplace_back("aud", says.audience);
  if (!says.scope.empty()) claims.emplace_back("scope", says.scope);
  claims.push_back(Field::json("iat", issued));
  claims.push_back(Field::json("exp", end));
  claims.emplace_back("jti", id);

  const auto part = [&](const Fields& fields) -> Result<std::string> {
    PINDUS_TRY(const Secret json, session.encode_form(fields, FormFormat::json));
    PINDUS_TRY(const Secret encoded, session.encode(PINDUS_ENCODING_BASE64URL, json));
    return encoded.text();
  };
  PINDUS_TRY(std::string token, part(header));
  PINDUS_TRY(const std::string payload, part(claims));
  token.append(".").append(payload);
  PINDUS_TRY(const Secret signature, session.sign(algorithm.number, pem, token));
  PINDUS_TRY(const Secret encoded, session.encode(PINDUS_ENCODING_BASE64URL, signature));
  return session.secret({token + ".", encoded});
}

}  // namespace pindus::sdk
