#pragma once

#include <optional>
#include <string>

#include "core/base/fault.hpp"

namespace pindus {

class Session;
struct SessionRequest;

/// Whom a record is from is the manifest's word, and not where a plugin's requests went: the last
/// of those may have asked for a name or an account's id, and whoever moves a provider moves the
/// option. Only where no option is known to be the token endpoint, the last answer counts.

/// The origin (scheme, host and port) that issues this session's tokens, as a record's `issuedBy`
/// keeps it; empty where nobody knows, as where no server has answered.
[[nodiscard]] std::string issuer_of(const Session& session);

/// Why what is stored must not be sent where the manifests lead now: another server issued it.
/// Nothing where they lead to the same one, or where the record doesn't say who issued it.
[[nodiscard]] std::optional<Reason> check_issuer(const Session& session);

/// The origin of the token endpoint that the manifests name for such a session; nothing where they
/// name none.
[[nodiscard]] std::optional<std::string> token_endpoint(const SessionRequest& request);

}  // namespace pindus
