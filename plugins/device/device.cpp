#include <pindus/flows/device_grant.hpp>

PINDUS_PLUGIN("device", PLUGIN_VERSION, pindus::sdk::DeviceGrantFlow)
