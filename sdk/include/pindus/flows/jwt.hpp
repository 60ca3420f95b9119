#pragma once

#include <optional>
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
  const Result<Secret> decoded = session.base64url_decode(payload);
  Result<Json> claims = decoded ? session.parse_json(*decoded) : Result<Json>(decoded.error());
  if (claims) return std::optional<Json>(std::move(*claims));
  // Whatever stands there, it is no reason to throw a token away.
  const bool is_other = claims.code() == PINDUS_PROTOCOL || claims.code() == PINDUS_TOO_LARGE;
  return is_other ? Result<std::optional<Json>>(std::optional<Json>()) : claims.error();
}

}  // namespace pindus::sdk
