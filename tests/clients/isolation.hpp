#pragma once

namespace pindus::test {

/// Cuts this process and its children off from every network but their own loopback. Before any
/// thread is started. Where that isn't possible, it says "SKIPPED: reason" and throws.
void cut_off_network();

}  // namespace pindus::test
