#pragma once

#include "host/broker/connection.hpp"

namespace pindus::broker {

/// Asks the provider for a WebSocket (RFC 6455, section 4) in the program's place, and, where it
/// agrees, carries bytes both ways until one side closes; else passes its answer on. Always ends
/// the connection: the answer is false.
[[nodiscard]] asio::awaitable<bool> tunnel(Connection& connection, const Grant& grant,
                                           const Admitted& admitted, const RequestHead& head);

}  // namespace pindus::broker
