#include <pindus/flows/client_credentials.hpp>

PINDUS_PLUGIN("client-credentials", PLUGIN_VERSION, pindus::sdk::ClientCredentialsFlow)
