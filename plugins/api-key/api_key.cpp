#include <pindus/flows/api_key.hpp>

PINDUS_PLUGIN("api-key", PLUGIN_VERSION, pindus::sdk::ApiKeyFlow)
