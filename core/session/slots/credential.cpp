#include <algorithm>
#include <chrono>

#include "core/base/record_members.hpp"
#include "core/base/utf8.hpp"
#include "core/session/slots/slots.hpp"
#include "core/vault/credential_rules.hpp"

// Host services about what the session is for: its provider, the manifest, the credential.

namespace pindus::service {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::system_clock;

constexpr std::size_t max_name = 64;
constexpr std::size_t max_private_text = std::size_t{64} << 10;
constexpr std::chrono::seconds hundred_years{100LL * 36525 * 24 * 36};

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_member_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= max_name && is_letter(name[0]) &&
         std::ranges::all_of(
             name, [](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

// The members that each method's record may get from its plugin. An answer to a question decides
// which hosts the method may talk to, so that it stays the person's.
bool may_set(const Method& method, std::string_view name) noexcept {
  if (method.kind == AuthKind::api_key) return name == "key";
  return is_member_name(name) && !is_host_member(name) &&
         std::ranges::find(method.questions, name, &Question::name) == method.questions.end();
}

bool takes_credential(const Session& session) noexcept {
  return session.request.operation != Operation::revoke && !session.draft.committed;
}

Code too_late(Session& session) {
  return session.refuse(PINDUS_INVALID_ARGUMENT, "credential",
                        "can't be changed here, or not any more");
}

using Texts = std::vector<std::pair<std::string, Secret>>;

auto find_named(auto& texts, std::string_view name) {
  return std::ranges::find(texts, name, [](const auto& m) { return std::string_view(m.first); });
}

void put(Texts& texts, std::string_view name, Secret value) {
  const auto known = find_named(texts, name);
  if (known != texts.end()) {
    known->second = std::move(value);
  } else {
    texts.emplace_back(name, std::move(value));
  }
}

}  // namespace

Code credential_get(Session& session, pindus_str name, pindus_secret* out) {
  const std::string_view wanted = TRY(text_of(name));
  const OAuthCredentials* stored = session.request.stored;
  if (stored == nullptr) return PINDUS_NOT_FOUND;
  std::string_view value;
  if (wanted == "access") {
    value = stored->access.view();
  } else if (wanted == "refresh") {
    value = stored->refresh.view();
  } else {
    const auto member = find_named(stored->members, wanted);
    if (member != stored->members.end()) value = member->second;
  }
  if (value.empty()) return PINDUS_NOT_FOUND;
  return session.give({Secret(value)}, out);
}

Code credential_set(Session& session, pindus_str name, pindus_value value) {
  const std::string_view member = TRY(text_of(name));
  auto joined = TRY(session.joined(value));
  if (!takes_credential(session)) return too_late(session);
  if (!may_set(*session.request.method, member)) {
    return session.refuse(PINDUS_INVALID_ARGUMENT, "name", "is none that a plugin may set here");
  }
  joined.bytes = Secret(without_line_ends(joined.bytes.view()));
  if (joined.visibility == Visibility::closed) {
    if (member != "key") return session.refuse(PINDUS_FORBIDDEN, "value", "is an api key");
  } else if (!is_printable(joined.bytes.view())) {
    // A record is JSON, and its values end in HTTP header fields.
    return session.refuse(PINDUS_INVALID_ARGUMENT, "value", "has control characters");
  }
  put(session.draft.members, member, std::move(joined.bytes));
  return PINDUS_OK;
}

Code private_get(Session& session, pindus_str name, pindus_secret* out) {
  const std::string_view wanted = TRY(text_of(name));
  const OAuthCredentials* stored = session.request.stored;
  if (stored == nullptr) return PINDUS_NOT_FOUND;
  const auto found = find_named(stored->private_texts, wanted);
  if (found == stored->private_texts.end()) return PINDUS_NOT_FOUND;
  return session.give({found->second.copy()}, out);
}

Code private_set(Session& session, pindus_str name, pindus_value value) {
  const std::string_view wanted = TRY(text_of(name));
  auto joined = TRY(session.joined(value));
  if (!takes_credential(session)) return too_late(session);
  if (session.request.method->kind != AuthKind::oauth || !is_member_name(wanted)) {
    return session.refuse(PINDUS_INVALID_ARGUMENT, "name", "is none that a plugin may set here");
  }
  if (!is_utf8(joined.bytes.view())) {
    return session.refuse(PINDUS_INVALID_ARGUMENT, "value", "is not UTF-8");
  }
  if (joined.bytes.view().size() > max_private_text) return PINDUS_TOO_LARGE;
  put(session.draft.private_texts, wanted, std::move(joined.bytes));
  return PINDUS_OK;
}

Code credential_lifetime(Session& session, int64_t seconds, pindus_headers since) {
  if (!takes_credential(session)) return too_late(session);
  if (seconds < 0 || seconds > hundred_years.count()) {
    return session.refuse(PINDUS_INVALID_ARGUMENT, "seconds", "are below 0 or beyond 100 years");
  }
  auto from = Clock::now();
  if (since.id != 0) {
    const auto arrival = session.arrivals.find(since.id);
    if (arrival == session.arrivals.end()) return PINDUS_INVALID_HANDLE;
    from = arrival->second;
  }
  session.draft.lifetime = {std::chrono::seconds(seconds), from};
  return PINDUS_OK;
}

Code credential_expires(Session& session, int64_t unix_ms) {
  if (!takes_credential(session)) return too_late(session);
  const auto now = Clock::now();
  const auto latest =
      std::chrono::floor<std::chrono::milliseconds>((now + hundred_years).time_since_epoch());
  if (unix_ms < 0 || unix_ms > latest.count()) {
    return session.refuse(PINDUS_INVALID_ARGUMENT, "unix_ms",
                          "is below 0 or more than 100 years ahead");
  }
  const Clock::time_point end{std::chrono::milliseconds(unix_ms)};
  const auto left = std::max(std::chrono::ceil<std::chrono::seconds>(end - now), 0s);
  session.draft.lifetime = {left, end - left};
  return PINDUS_OK;
}

Code credential_commit(Session& session) {
  if (!takes_credential(session)) return too_late(session);
  const bool api_key = session.request.method->kind == AuthKind::api_key;
  const bool refresh = session.request.operation == Operation::refresh;
  const Secret* needed = session.draft.find(api_key ? "key" : "access");
  // A refresh may bring a refresh token only; the access token is then as it was.
  if (needed == nullptr && refresh) needed = session.draft.find("refresh");
  if (needed == nullptr && refresh) needed = &session.request.stored->access;
  if (needed == nullptr || needed->empty()) {
    return session.refuse(PINDUS_INVALID_ARGUMENT, api_key ? "key" : "access", "is not set");
  }
  session.draft.committed = true;
  return PINDUS_OK;
}

}  // namespace pindus::service
