#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include <pindus/plugin.h>

#include "core/session/session.hpp"

namespace pindus {

/// The table that every plugin gets; it lives as long as the process. Its slots catch everything
/// and check session and thread, so the services below are only called with a session of this
/// thread (`log` and `cancelled`: of any), and only have to check their own arguments.
[[nodiscard]] const pindus_host_1& host_table() noexcept;

/// The host services, each as its slot in plugin.h says.
namespace service {

Code log(Session& session, uint32_t level, pindus_str line);
Code cancelled(Session& session);

Code progress(Session& session, pindus_str line);
Code set_error(Session& session, int32_t code, pindus_str message, pindus_str hint);
Code prompt(Session& session, const pindus_prompt* prompt, pindus_secret* answer);
Code choose(Session& session, const pindus_choice* choice, uint64_t* index);
Code confirm(Session& session, pindus_str question, int32_t usual, int32_t* yes);
Code show_device_code(Session& session, const pindus_device_code* code);
Code open_url(Session& session, pindus_str url);
Code sleep_ms(Session& session, int64_t milliseconds);
Code now_ms(Session& session, int64_t* out);
Code monotonic_ms(Session& session, int64_t* out);
Code time_parse(Session& session, pindus_value text, int64_t* unix_ms);

Code info(Session& session, uint32_t what, pindus_read read, void* context);
Code option(Session& session, pindus_str name, pindus_read read, void* context);
Code answer(Session& session, pindus_str name, pindus_read read, void* context);

Code secret_new(Session& session, pindus_value value, pindus_secret* out);
Code secret_view(Session& session, pindus_secret secret, pindus_read read, void* context);
Code api_key_check(Session& session, pindus_secret secret, const pindus_key_rule* rule);
Code secret_free(Session& session, pindus_secret secret);

Code http_send(Session& session, const pindus_http_request* request,
               pindus_http_response* response);
Code http_header(Session& session, pindus_headers headers, pindus_str name, pindus_read read,
                 void* context);

Code fields_encode(Session& session, const pindus_field* fields, uint64_t field_count,
                   uint32_t format, pindus_secret* out);
Code form_decode(Session& session, pindus_value form, pindus_str name, pindus_secret* out);

Code json_parse(Session& session, pindus_value text, pindus_json* out);
Code json_type(Session& session, pindus_json json, pindus_str pointer, uint32_t* type,
               uint64_t* count);
Code json_key(Session& session, pindus_json json, pindus_str pointer, uint64_t index,
              pindus_read read, void* context);
Code json_text(Session& session, pindus_json json, pindus_str pointer, pindus_secret* out);
Code json_string(Session& session, pindus_json json, pindus_str pointer, pindus_secret* out);
Code json_integer(Session& session, pindus_json json, pindus_str pointer, int64_t* out);
Code json_boolean(Session& session, pindus_json json, pindus_str pointer, int32_t* out);
Code json_free(Session& session, pindus_json json);

Code random(Session& session, uint64_t byte_count, pindus_secret* out);
Code digest(Session& session, uint32_t algorithm, pindus_value in, pindus_secret* out);
Code mac(Session& session, uint32_t algorithm, pindus_value key, pindus_value in,
         pindus_secret* out);
Code sign(Session& session, uint32_t algorithm, pindus_value pem, pindus_value in,
          pindus_secret* out);
Code encode(Session& session, uint32_t encoding, pindus_value in, pindus_secret* out);
Code decode(Session& session, uint32_t encoding, pindus_value in, pindus_secret* out);
Code equal(Session& session, pindus_value a, pindus_value b, int32_t* out);

Code credential_get(Session& session, pindus_str name, pindus_secret* out);
Code credential_set(Session& session, pindus_str name, pindus_value value);
Code private_get(Session& session, pindus_str name, pindus_secret* out);
Code private_set(Session& session, pindus_str name, pindus_value value);
Code credential_lifetime(Session& session, int64_t seconds, pindus_headers since);
Code credential_expires(Session& session, int64_t unix_ms);
Code credential_commit(Session& session);

}  // namespace service

/// Asks for the provider's api key: its environment variable, a pipe, or the person. The answer is
/// closed in a method of kind api-key.
[[nodiscard]] Coded<HeldSecret> ask_api_key(Session& session, std::string_view message);

/// Asks a question that yes or no answers; an empty line means `usual`. Where no answer is one of
/// them: PINDUS_CANCELLED.
[[nodiscard]] Coded<bool> ask_yes_no(Session& session, std::string_view question, bool usual);

/// A fault of CredentialIo as a code, the error set: PINDUS_CANCELLED where the person gave up;
/// else PINDUS_INTERNAL.
[[nodiscard]] int32_t io_failure(Session& session, const CredentialFault& fault);

/// The sizes of structures that a plugin passes, as they were in minor 0 (P4).
inline constexpr uint32_t prompt_base_size = 40;
inline constexpr uint32_t choice_base_size = 48;
inline constexpr uint32_t device_code_base_size = 64;
inline constexpr uint32_t key_rule_base_size = 32;
inline constexpr uint32_t http_request_base_size = 80;
inline constexpr uint32_t http_response_base_size = 24;
static_assert(sizeof(pindus_prompt) >= prompt_base_size &&
              sizeof(pindus_choice) >= choice_base_size &&
              sizeof(pindus_device_code) >= device_code_base_size &&
              sizeof(pindus_key_rule) >= key_rule_base_size &&
              sizeof(pindus_http_request) >= http_request_base_size &&
              sizeof(pindus_http_response) >= http_response_base_size);

/// A structure that a plugin passed as that argument, as far as this host knows it: what its writer
/// didn't know is zero. PINDUS_INVALID_ARGUMENT, with the reason for the log, where it is none, and
/// where `reserved` or what this host doesn't know is other than zero (P4).
template <typename T>
[[nodiscard]] Coded<T> known_part(Session& session, std::string_view argument, const T* structure,
                                  uint32_t base_size) {
  constexpr uint32_t largest = 4096;
  const auto refuse = [&](std::string_view why) {
    return std::unexpected(session.refuse(PINDUS_INVALID_ARGUMENT, argument, why).value);
  };
  if (structure == nullptr) return refuse("is null");
  if (structure->size < base_size) return refuse("is shorter than its first form");
  if (structure->size > largest) return refuse("is longer than any");
  const auto* bytes = reinterpret_cast<const unsigned char*>(structure);
  const std::span all(bytes, structure->size);
  T known{};
  const std::size_t common = std::min(all.size(), sizeof(T));
  std::memcpy(&known, bytes, common);
  if constexpr (requires { known.reserved; }) {
    if (known.reserved != 0) return refuse("has other than zero in what is reserved");
  }
  const bool is_zero =
      std::ranges::all_of(all.subspan(common), [](auto byte) { return byte == 0; });
  if (!is_zero) return refuse("has other than zero where this pindus knows no member");
  return known;
}

}  // namespace pindus
