#include "core/session/issuer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/account.hpp"
#include "core/session/session.hpp"

namespace pindus {
namespace {

// Where a refresh goes, in the words of the shipped flows; of several the first counts.
constexpr std::array<std::string_view, 3> token_endpoints = {"token_url", "exchange_url",
                                                             "access_token_url"};

std::optional<std::string> origin_of_option(const Session& session, std::string_view name) {
  const auto url = session.option(name);
  return url ? url_origin(*url) : std::nullopt;
}

std::optional<std::string> token_endpoint(const Session& session) {
  for (const std::string_view name : token_endpoints) {
    if (auto origin = origin_of_option(session, name)) return origin;
  }
  return std::nullopt;
}

std::optional<std::string> stored_issuer(const Session& session) {
  if (session.request.stored == nullptr) return std::nullopt;
  const std::string issuer(session.request.stored->member(issuer_member));
  if (issuer.empty()) return std::nullopt;
  // As another program may have written it; what is no address is nobody's.
  return url_origin(issuer).value_or(issuer);
}

// Whether the token endpoint has moved without the revocation endpoint. That may be another host's,
// where whoever named the one named the other too.
bool is_left_behind(const Session& session) {
  if (session.option_variable("revoke_url")) return false;
  return session.request.method->revoke_url_is_older || session.option_variable("token_url");
}

Account session_account(const Session& session) {
  return {session.request.provider->id, session.request.account};
}

Reason issued_elsewhere(const Session& session, const std::string& issuer, std::string_view now) {
  const Account account = session_account(session);
  std::string message =
      fmt::format("{} signed in at {}, and {}", account.described(), printable(issuer), now);
  if (session.request.operation == Operation::revoke) {
    return {std::move(message), fmt::format("pindus plugin show {}", account.provider)};
  }
  return {std::move(message),
          fmt::format("{}, or where only the address is new: pindus signin {} --accept-move",
                      account.replace_command(), account.arguments())};
}

}  // namespace

std::string issuer_of(const Session& session) {
  const auto stored = stored_issuer(session);
  if (!session.last_answer) return stored.value_or("");
  if (auto endpoint = token_endpoint(session)) return *std::move(endpoint);
  return stored ? *stored : session.last_answer->origin;
}

std::optional<Reason> check_issuer(const Session& session) {
  const auto issuer = stored_issuer(session);
  if (!issuer) return std::nullopt;
  if (const auto endpoint = token_endpoint(session)) {
    if (*endpoint != *issuer) {
      return issued_elsewhere(session, *issuer, "its token endpoint is now at " + *endpoint);
    }
  } else {
    const auto addresses = session.addresses();
    const bool is_there = std::ranges::any_of(
        addresses, [&](const std::string& url) { return url_origin(url) == *issuer; });
    if (!is_there) {
      return issued_elsewhere(session, *issuer, "its manifests name that server no more");
    }
  }
  if (session.request.operation != Operation::revoke) return std::nullopt;
  const auto revocation = origin_of_option(session, "revoke_url");
  if (revocation && *revocation != *issuer && is_left_behind(session)) {
    return issued_elsewhere(session, *issuer, "its revocation endpoint is still at " + *revocation);
  }
  return std::nullopt;
}

std::optional<std::string> token_endpoint(const SessionRequest& request) {
  return token_endpoint(Session(request, 0));
}

}  // namespace pindus
