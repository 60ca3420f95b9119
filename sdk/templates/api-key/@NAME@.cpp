#include <pindus/flows/api_key.hpp>

// The flow asks for the key, has the host check it, and stores it. Where more is to be done, write
// a class with a sign_in of its own; see the flow's header for what it does.
PINDUS_PLUGIN("@NAME@", "0.1.0", pindus::sdk::ApiKeyFlow)
