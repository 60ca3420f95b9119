#include <pindus/flows/authorization_code.hpp>

// The flow is the authorization code grant with PKCE, as the manifest describes it. Where the
// provider differs, write a class with sign_in, refresh and revoke, and call the flow's from there.
PINDUS_PLUGIN("@NAME@", "0.1.0", pindus::sdk::AuthorizationCodeFlow)
