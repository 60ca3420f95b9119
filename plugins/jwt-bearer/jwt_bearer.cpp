#include <pindus/flows/jwt_bearer.hpp>

PINDUS_PLUGIN("jwt-bearer", PLUGIN_VERSION, pindus::sdk::JwtBearerFlow)
