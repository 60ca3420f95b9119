#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/broker/provider_keys.hpp"
#include "host/broker/event.hpp"

namespace pindus::broker {

/// Gets keys without holding up the loop: what stands ready at once, and the rest on other threads,
/// once for all that wait for the same. One thread.
class KeyDesk {
 public:
  KeyDesk(asio::io_context& loop, ProviderKeys& keys) : loop_(loop), keys_(keys) {}

  /// See ProviderKeys::get.
  [[nodiscard]] asio::awaitable<Result<SharedKey>> get(KeyName name, SharedKey refused);

 private:
  struct Question {
    explicit Question(const asio::any_io_executor& executor) : answered(executor) {}
    Event answered;
    std::shared_ptr<const Result<SharedKey>> answer;  // null: it hasn't come
  };

  asio::io_context& loop_;
  ProviderKeys& keys_;
  std::map<std::pair<KeyName, SharedKey>, std::shared_ptr<Question>> open_;
  asio::thread_pool threads_{2};  // the last member: it ends before what its work uses
};

}  // namespace pindus::broker
