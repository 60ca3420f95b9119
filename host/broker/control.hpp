#pragma once

#include <boost/asio/awaitable.hpp>

#include "core/broker/control.hpp"
#include "host/broker/connection.hpp"

namespace pindus::broker {

/// Answers what is asked over the control socket (core/broker/control.hpp): one request, a line.
[[nodiscard]] asio::awaitable<void> serve_control(Grants& grants, const ServedAt& place,
                                                  Socket socket);

}  // namespace pindus::broker
