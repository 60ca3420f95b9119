#pragma once

#include <curl/curl.h>

#include "core/services/authorities.hpp"

namespace pindus::http {

/// What every transfer of ours has, whoever makes it.

/// https, and http for whoever has made sure of loopback; TLS 1.2 and up; no redirects, no netrc,
/// no user names in URLs, no signals.
void set_protocols(CURL* easy);

/// The authorities that servers are checked against; borrowed while the transfer lasts.
void set_authorities(CURL* easy, const Authorities& authorities);

/// What choose_authorities says with what this libcurl was built with.
[[nodiscard]] Authorities built_in_authorities();

}  // namespace pindus::http
