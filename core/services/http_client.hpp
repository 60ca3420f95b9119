#pragma once

#include <expected>
#include <stop_token>

#include "core/services/services.hpp"

namespace pindus::http {

/// Starts libcurl, once a process; false where it can't be.
[[nodiscard]] bool start() noexcept;

/// Services::send, over libcurl.
[[nodiscard]] std::expected<HttpResponse, HttpFailure> send(const HttpRequest& request,
                                                            std::stop_token stop);

}  // namespace pindus::http
