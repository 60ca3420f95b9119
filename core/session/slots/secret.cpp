#include <fmt/format.h>

#include <algorithm>

#include "core/session/slots/slots.hpp"
#include "core/vault/credential_rules.hpp"

// Host services about secrets, and the arithmetic on them.

namespace pindus::service {
namespace {

constexpr uint64_t max_random = 1024;

}  // namespace

Code secret_new(Session& session, pindus_value value, pindus_secret* out) {
  return session.give(PINDUS_TRY(session.joined(value)), out);
}

Code secret_view(Session& session, pindus_secret secret, pindus_read read, void* context) {
  const HeldSecret* held = session.secrets.find(secret.id);
  if (held == nullptr) return PINDUS_INVALID_HANDLE;
  if (held->visibility == Visibility::closed) return PINDUS_FORBIDDEN;
  return session.show(held->bytes.view(), read, context);
}

Code secret_check(Session& session, pindus_secret secret, const pindus_key_rule* rule) {
  if (!covers(rule, key_rule_base_size)) return PINDUS_INVALID_ARGUMENT;
  const std::string_view prefix = PINDUS_TRY(text_of(rule->prefix));
  const HeldSecret* held = session.secrets.find(secret.id);
  if (held == nullptr) return PINDUS_INVALID_HANDLE;
  const auto valid = validate_api_key(held->bytes.view(), rule->min_length);
  if (!valid) return session.fail(PINDUS_INVALID_KEY, valid.error().message, valid.error().hint);
  if (!held->bytes.view().starts_with(prefix)) {
    session.notice(fmt::format(
        "Keys of {} usually begin with {}, and this one does not; it is stored all the same.",
        session.request.provider->label, printable(prefix, 40)));
  }
  return PINDUS_OK;
}

Code secret_free(Session& session, pindus_secret secret) {
  return session.secrets.erase(secret.id) ? PINDUS_OK : PINDUS_INVALID_HANDLE;
}

Code random(Session& session, uint64_t byte_count, pindus_secret* out) {
  if (out == nullptr || byte_count == 0 || byte_count > max_random) return PINDUS_INVALID_ARGUMENT;
  std::string bytes(byte_count, '\0');
  PINDUS_TRY(session.services())
      ->random({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return session.give({Secret(std::move(bytes))}, out);
}

Code sha256(Session& session, pindus_value in, pindus_secret* out) {
  const auto value = PINDUS_TRY(session.joined(in));
  auto digest = PINDUS_TRY(session.services())->sha256(value.bytes.view());
  return session.give({std::move(digest), value.visibility}, out);
}

Code base64url_encode(Session& session, pindus_value in, pindus_secret* out) {
  const auto value = PINDUS_TRY(session.joined(in));
  auto text = PINDUS_TRY(session.services())->base64url_encode(value.bytes.view());
  return session.give({std::move(text), value.visibility}, out);
}

Code base64url_decode(Session& session, pindus_value in, pindus_secret* out) {
  const auto value = PINDUS_TRY(session.joined(in));
  auto bytes = PINDUS_TRY(session.services())->base64url_decode(value.bytes.view());
  if (!bytes) return PINDUS_PROTOCOL;
  return session.give({*std::move(bytes), value.visibility}, out);
}

Code equal(Session& session, pindus_value a, pindus_value b, int32_t* out) {
  if (out == nullptr) return PINDUS_INVALID_ARGUMENT;
  const auto left = PINDUS_TRY(session.joined(a));
  const auto right = PINDUS_TRY(session.joined(b));
  // A comparison with a guess would tell a plugin whether it guessed right.
  if (left.visibility == Visibility::closed || right.visibility == Visibility::closed) {
    return PINDUS_FORBIDDEN;
  }
  *out = PINDUS_TRY(session.services())->equal(left.bytes.view(), right.bytes.view()) ? 1 : 0;
  return PINDUS_OK;
}

}  // namespace pindus::service
