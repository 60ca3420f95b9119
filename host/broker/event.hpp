#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace pindus::broker {

namespace asio = boost::asio;

/// Something that changes now and then, and for which coroutines wait. Whoever waits looks first,
/// and again afterwards: what changed isn't told. One thread.
class Event {
 public:
  explicit Event(const asio::any_io_executor& executor)
      : timer_(executor, asio::steady_timer::time_point::max()) {}

  /// Wakes whoever waits now. Runs none of it: what was told inside of a callback goes on later.
  void tell() { timer_.cancel(); }

  [[nodiscard]] asio::awaitable<void> wait() {
    boost::system::error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

 private:
  asio::steady_timer timer_;
};

}  // namespace pindus::broker
