#pragma once

#include <string_view>

#include "core/base/fault.hpp"
#include "core/discovery/client_store.hpp"
#include "core/discovery/explorer.hpp"
#include "core/discovery/metadata.hpp"

namespace pindus::discovery {

/// Where the browser ends up: nothing listens there, its address is pasted. One port, so that
/// servers that compare it to the byte know it.
inline constexpr std::string_view redirect_uri = "http://127.0.0.1:1455/callback";

/// How a client without a way of its own proves who it is at that server: "none" where it may,
/// else "basic" or "post"; empty where the server names nothing that we can do.
[[nodiscard]] std::string_view usual_token_auth(const ServerMetadata& server);

/// Registers this program as a native client (RFC 7591). Faults: a sign-in's, with what the server
/// said, where it refuses or answers something else than a client; aborted.
[[nodiscard]] Result<OAuthClient> register_client(Explorer& explorer, const ServerMetadata& server);

/// What a server says of a client that it registered.
enum class Standing { known, forgotten, untold };

/// Asks it (RFC 7592, section 2.1), where it gave an address for that. `client` has afterwards what
/// the answer gave it in the place of its secret and its registration's token. A server that can't
/// be asked, or answers something else, has told nothing. Fault: aborted.
[[nodiscard]] Result<Standing> ask_standing(Explorer& explorer, OAuthClient& client);

/// Takes a registration back (RFC 7592, section 2.3): true where the server says that it is gone.
/// Faults: as above.
[[nodiscard]] Result<bool> delete_registration(Explorer& explorer, const OAuthClient& client);

}  // namespace pindus::discovery
