#include <fmt/format.h>

#include <algorithm>

#include "core/session/slots/slots.hpp"
#include "core/vault/credential_rules.hpp"

// Host services about secrets, and the arithmetic on them.

namespace pindus::service {
namespace {

constexpr uint64_t max_random = 1024;

Visibility both(const HeldSecret& a, const HeldSecret& b) noexcept {
  const bool closed = a.visibility == Visibility::closed || b.visibility == Visibility::closed;
  return closed ? Visibility::closed : Visibility::open;
}

Code give_computed(Session& session, CryptoResult result, Visibility visibility,
                   pindus_secret* out) {
  using Kind = CryptoFailure::Kind;
  if (result) return session.give({*std::move(result), visibility}, out);
  CryptoFailure& failure = result.error();
  switch (failure.kind) {
    case Kind::unsupported:
      return session.refuse(PINDUS_UNSUPPORTED, "the number", "is none that this pindus knows");
    case Kind::malformed: return PINDUS_PROTOCOL;
    case Kind::no_key: return session.fail(PINDUS_INVALID_KEY, std::move(failure.why));
    case Kind::too_large: return session.fail(PINDUS_TOO_LARGE, std::move(failure.why));
  }
  return PINDUS_INTERNAL;
}

}  // namespace

Code secret_new(Session& session, pindus_value value, pindus_secret* out) {
  return session.give(TRY(session.joined(value)), out);
}

Code secret_view(Session& session, pindus_secret secret, pindus_read read, void* context) {
  const HeldSecret* held = session.secrets.find(secret.id);
  if (held == nullptr) return PINDUS_INVALID_HANDLE;
  if (held->visibility == Visibility::closed) return PINDUS_FORBIDDEN;
  return session.show(held->bytes.view(), read, context);
}

Code api_key_check(Session& session, pindus_secret secret, const pindus_key_rule* rule) {
  const pindus_key_rule known = TRY(known_part(session, "rule", rule, key_rule_base_size));
  const std::string_view prefix = TRY(text_of(known.prefix));
  const HeldSecret* held = session.secrets.find(secret.id);
  if (held == nullptr) return PINDUS_INVALID_HANDLE;
  if (held->visibility == Visibility::closed && !std::exchange(session.key_to_check, false)) {
    return session.refuse(PINDUS_FORBIDDEN, "secret", "was checked before");
  }
  const auto valid = validate_api_key(held->bytes.view(), known.min_length);
  if (!valid) return session.fail(PINDUS_INVALID_KEY, valid.error().message, valid.error().hint);
  if (!held->bytes.view().starts_with(prefix)) {
    session.notice(fmt::format(
        "Keys of {} usually begin with {}, and this one does not; it is stored all the same.",
        session.request.provider->label, printable(prefix, 40)));
  }
  return PINDUS_OK;
}

Code secret_free(Session& session, pindus_secret secret) {
  const bool freed = secret.id == 0 || session.secrets.erase(secret.id);
  return freed ? PINDUS_OK : PINDUS_INVALID_HANDLE;
}

Code random(Session& session, uint64_t byte_count, pindus_secret* out) {
  if (out == nullptr || byte_count == 0 || byte_count > max_random) return PINDUS_INVALID_ARGUMENT;
  std::string bytes(byte_count, '\0');
  TRY(session.services())->random({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  return session.give({Secret(std::move(bytes))}, out);
}

Code digest(Session& session, uint32_t algorithm, pindus_value in, pindus_secret* out) {
  const auto value = TRY(session.joined(in));
  auto digest = TRY(session.services())->digest(algorithm, value.bytes.view());
  return give_computed(session, std::move(digest), value.visibility, out);
}

Code mac(Session& session, uint32_t algorithm, pindus_value key, pindus_value in,
         pindus_secret* out) {
  const auto key_value = TRY(session.joined(key));
  const auto value = TRY(session.joined(in));
  auto code = TRY(session.services())->mac(algorithm, key_value.bytes.view(), value.bytes.view());
  return give_computed(session, std::move(code), both(key_value, value), out);
}

Code sign(Session& session, uint32_t algorithm, pindus_value pem, pindus_value in,
          pindus_secret* out) {
  const auto key = TRY(session.joined(pem));
  const auto value = TRY(session.joined(in));
  // What is wrong with a key that stays closed is nobody's to learn.
  if (both(key, value) == Visibility::closed) return PINDUS_FORBIDDEN;
  auto signature = TRY(session.services())->sign(algorithm, key.bytes.view(), value.bytes.view());
  return give_computed(session, std::move(signature), Visibility::open, out);
}

Code encode(Session& session, uint32_t encoding, pindus_value in, pindus_secret* out) {
  const auto value = TRY(session.joined(in));
  auto text = TRY(session.services())->encode(encoding, value.bytes.view());
  return give_computed(session, std::move(text), value.visibility, out);
}

Code decode(Session& session, uint32_t encoding, pindus_value in, pindus_secret* out) {
  const auto value = TRY(session.joined(in));
  if (value.visibility == Visibility::closed) return PINDUS_FORBIDDEN;  // as in sign
  auto bytes = TRY(session.services())->decode(encoding, value.bytes.view());
  return give_computed(session, std::move(bytes), Visibility::open, out);
}

Code equal(Session& session, pindus_value a, pindus_value b, int32_t* out) {
  if (out == nullptr) return PINDUS_INVALID_ARGUMENT;
  const auto left = TRY(session.joined(a));
  const auto right = TRY(session.joined(b));
  // A comparison with a guess would tell a plugin whether it guessed right.
  if (left.visibility == Visibility::closed || right.visibility == Visibility::closed) {
    return PINDUS_FORBIDDEN;
  }
  *out = TRY(session.services())->equal(left.bytes.view(), right.bytes.view()) ? 1 : 0;
  return PINDUS_OK;
}

}  // namespace pindus::service
