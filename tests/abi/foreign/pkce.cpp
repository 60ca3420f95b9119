#include <pindus/flows/authorization_code.hpp>

PINDUS_PLUGIN("foreign", "1.0.0", pindus::sdk::AuthorizationCodeFlow)
