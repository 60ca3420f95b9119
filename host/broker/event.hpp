#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <utility>
#include <vector>

namespace pindus::broker {

namespace asio = boost::asio;

/// Something that changes now and then, and for which coroutines wait. Whoever waits looks first,
/// and again afterwards: what changed isn't told. One thread.
class Event {
 public:
  explicit Event(const asio::any_io_executor& executor) : executor_(executor) {}

  /// Wakes whoever waits now. Runs none of it: what was told inside of a callback goes on later.
  void tell() {
    for (auto& go_on : std::exchange(waiting_, {})) asio::post(executor_, std::move(go_on));
  }

  [[nodiscard]] asio::awaitable<void> wait() {
    const auto keep = [this](auto handler) { waiting_.emplace_back(std::move(handler)); };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(keep, asio::use_awaitable);
  }

 private:
  asio::any_io_executor executor_;
  // No timer that never ends: with one, the loop sets its alarm at each wait.
  std::vector<std::move_only_function<void()>> waiting_;
};

}  // namespace pindus::broker
