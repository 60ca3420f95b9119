#pragma once

#include <optional>
#include <string_view>

#include "core/services/services.hpp"

namespace pindus::http {

/// Why this request may not be sent at all: its host isn't allowed, it would travel in the clear
/// beyond loopback, or one of its parts would be read as something else. Nothing where it may.
[[nodiscard]] std::optional<HttpFailure> refuse_request(const HttpRequest& request);

/// Whether an http(s) URL asks for TLS.
[[nodiscard]] bool is_encrypted(std::string_view url) noexcept;

}  // namespace pindus::http
