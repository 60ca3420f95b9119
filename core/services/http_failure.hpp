#pragma once

#include <string>
#include <string_view>

#include "core/services/authorities.hpp"
#include "core/services/services.hpp"

namespace pindus::http {

/// Where a transfer failed.
enum class Trouble {
  no_address,
  no_proxy_address,
  no_connection,
  proxy_refused,  ///< it answered, and not with a tunnel
  timeout,
  authorities,  ///< their file can't be read
  handshake,    ///< TLS didn't come about
  certificate,
  client_certificate,  ///< the server wants one
  broken_off,          ///< the connection ended too early
  encoding,            ///< the answer's content coding can't be undone
  other,
};

/// What is known of a transfer that failed. Everything is borrowed.
struct FailedTransfer {
  Trouble trouble;
  std::string_view host;            ///< of the URL, with its port
  std::string_view proxy_variable;  ///< it named the proxy that was used; empty: none was
  long proxy_status;                ///< what the proxy answered; 0: nothing
  int status;                       ///< of the answer that had begun; 0: none had
  long verify_result;               ///< OpenSSL's verdict on the certificate
  std::string_view tls_error;  ///< OpenSSL's words ("error:0A00010B:SSL routines::..."), or others
  std::string_view in_words;   ///< of `other`
  const Authorities& authorities;
};

/// Why it failed, and what to look at; names the host and the variable that is to blame.
[[nodiscard]] HttpFailure describe_failure(const FailedTransfer& failed);

/// Whether the same may well succeed in a moment: a connection that didn't come about, and nothing
/// that somebody has decided.
[[nodiscard]] bool may_pass(const FailedTransfer& failed);

}  // namespace pindus::http
