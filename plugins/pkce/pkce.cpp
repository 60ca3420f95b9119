#include <pindus/flows/authorization_code.hpp>

PINDUS_PLUGIN("pkce", PLUGIN_VERSION, pindus::sdk::AuthorizationCodeFlow)
