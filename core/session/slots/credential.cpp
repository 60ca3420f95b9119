#include <algorithm>
#include <array>

#include "core/session/slots/slots.hpp"

// Host services about what the session is for: its provider, the manifest, the credential.

namespace pindus::service {
namespace {

constexpr std::size_t max_name = 64;
constexpr int64_t hundred_years = 100LL * 36525 * 24 * 36;  // in seconds

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_member_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= max_name && is_letter(name[0]) &&
         std::ranges::all_of(
             name, [](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

// The members that each method's record may get from its plugin.
bool may_set(AuthKind method, std::string_view name) noexcept {
  constexpr std::array<std::string_view, 6> of_host = {"kind",     "isDefault", "expires",
                                                       "lifetime", "clientId",  "key"};
  if (method == AuthKind::api_key) return name == "key";
  return is_member_name(name) && std::ranges::find(of_host, name) == of_host.end();
}

bool takes_credential(const Session& session) noexcept {
  return session.request.operation != Operation::revoke && !session.draft.committed;
}

}  // namespace

Code credential_get(Session& session, pindus_str name, pindus_secret* out) {
  const std::string_view wanted = PINDUS_TRY(text_of(name));
  const OAuthCredentials* stored = session.request.stored;
  if (stored == nullptr) return PINDUS_NOT_FOUND;
  std::string_view value;
  if (wanted == "access") {
    value = stored->access.view();
  } else if (wanted == "refresh") {
    value = stored->refresh.view();
  } else {
    const auto member = std::ranges::find(stored->members, wanted,
                                          [](const auto& m) { return std::string_view(m.first); });
    if (member != stored->members.end()) value = member->second;
  }
  if (value.empty()) return PINDUS_NOT_FOUND;
  return session.give({Secret(value)}, out);
}

Code credential_set(Session& session, pindus_str name, pindus_value value) {
  const std::string_view member = PINDUS_TRY(text_of(name));
  auto joined = PINDUS_TRY(session.joined(value));
  if (!takes_credential(session) || !may_set(session.request.method->kind, member)) {
    return PINDUS_INVALID_ARGUMENT;
  }
  // A record is JSON, and its values end in HTTP header fields.
  if (!is_printable(joined.bytes.view())) return PINDUS_INVALID_ARGUMENT;
  if (joined.visibility == Visibility::closed && member != "key") return PINDUS_FORBIDDEN;
  auto& members = session.draft.members;
  const auto known =
      std::ranges::find(members, member, [](const auto& m) { return std::string_view(m.first); });
  if (known != members.end()) {
    known->second = std::move(joined.bytes);
  } else {
    members.emplace_back(member, std::move(joined.bytes));
  }
  return PINDUS_OK;
}

Code credential_lifetime(Session& session, int64_t seconds) {
  if (!takes_credential(session) || seconds < 0 || seconds > hundred_years) {
    return PINDUS_INVALID_ARGUMENT;
  }
  session.draft.lifetime = {std::chrono::seconds(seconds), session.answered_at()};
  return PINDUS_OK;
}

Code commit(Session& session) {
  if (!takes_credential(session)) return PINDUS_INVALID_ARGUMENT;
  const bool api_key = session.request.method->kind == AuthKind::api_key;
  const bool refresh = session.request.operation == Operation::refresh;
  const Secret* needed = session.draft.find(api_key ? "key" : "access");
  // A refresh may bring a refresh token only; the access token is then as it was.
  if (needed == nullptr && refresh) needed = session.draft.find("refresh");
  if (needed == nullptr && refresh) needed = &session.request.stored->access;
  if (needed == nullptr || needed->empty()) return PINDUS_INVALID_ARGUMENT;
  session.draft.committed = true;
  return PINDUS_OK;
}

}  // namespace pindus::service
