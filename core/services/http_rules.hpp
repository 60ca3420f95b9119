#pragma once

#include <optional>
#include <string_view>

#include "core/services/services.hpp"

namespace pindus::http {

/// Why this request may not be sent at all: its host isn't allowed, it would travel in the clear
/// beyond loopback, or its method, a header field or another part of it can't be sent as it is. The
/// one rule for that. Nothing where it may.
[[nodiscard]] std::optional<HttpFailure> refuse_request(const HttpRequest& request);

/// Whether a host of url_host is a name for this computer (RFC 6761 section 6.3), which no name
/// server may lead elsewhere.
[[nodiscard]] bool is_loopback_name(std::string_view host_and_port) noexcept;

/// Whether an http(s) URL asks for TLS.
[[nodiscard]] bool is_encrypted(std::string_view url) noexcept;

}  // namespace pindus::http
