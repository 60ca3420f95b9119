#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include <pindus/plugin.h>

#include "core/session/session.hpp"

// Lines of the log about calls that a host service refused.

namespace pindus {

/// Whether a service that answers this found something wrong with how it was called.
[[nodiscard]] bool is_refusal(int32_t code) noexcept;

/// An argument of a call for the log: the beginning of a text, the sizes of a value, whether a
/// handle lives. On the session's thread, but for a text.
[[nodiscard]] std::string described(Session& session, pindus_str text);
[[nodiscard]] std::string described(Session& session, const pindus_value& value);
[[nodiscard]] std::string described(Session& session, pindus_secret secret);
[[nodiscard]] std::string described(Session& session, pindus_json json);
[[nodiscard]] std::string described(Session& session, pindus_headers headers);
template <typename T>
[[nodiscard]] std::string described(Session& /*session*/, T argument) {
  if constexpr (!std::is_pointer_v<T>) {
    return std::to_string(argument);
  } else if constexpr (requires { argument->size; }) {
    return argument == nullptr ? "null"
                               : "a structure of " + std::to_string(argument->size) + " bytes";
  } else {
    return argument == nullptr ? "null" : "a pointer";
  }
}

/// Puts "PLUGIN: refused: SLOT(ARGUMENTS): REASON" into the session's log. Any thread.
void log_refusal(Session& session, std::string_view slot, std::string_view arguments,
                 std::string_view reason);

}  // namespace pindus
