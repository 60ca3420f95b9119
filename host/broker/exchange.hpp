#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/broker/gate.hpp"
#include "host/broker/connection.hpp"
#include "host/broker/request_body.hpp"
#include "host/broker/transfer.hpp"

namespace pindus::broker {

/// One request of the program's and its answer: bytes go on as they come, both ways, and whoever
/// goes away takes the other along.
class Exchange {
 public:
  /// All but `admitted` is borrowed.
  Exchange(Connection& connection, const Grant& grant, RequestParser& parser,
           const RequestHead& head, Admitted admitted);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// All of it; whether the connection can take another request.
  [[nodiscard]] asio::awaitable<bool> run();

 private:
  [[nodiscard]] asio::awaitable<void> read_program();
  [[nodiscard]] asio::awaitable<void> read_body();
  void take_body_at_hand();
  void make_room(std::span<char> chunk);
  void take_chunk(std::span<const char> chunk, boost::system::error_code& error);
  [[nodiscard]] asio::awaitable<bool> answer();
  [[nodiscard]] asio::awaitable<Result<SharedKey>> find_key(SharedKey refused);
  [[nodiscard]] asio::awaitable<void> await_head();
  [[nodiscard]] asio::awaitable<void> ask_again();
  [[nodiscard]] asio::awaitable<bool> pass_answer();
  [[nodiscard]] asio::awaitable<bool> write(std::string_view bytes);
  [[nodiscard]] asio::awaitable<bool> refuse(const Refusal& refusal);
  void begin(const ProviderKey& key);
  [[nodiscard]] std::string answer_head(bool& in_chunks, bool& has_body);
  [[nodiscard]] asio::awaitable<void> stop_reading();

  Connection& connection_;
  const Grant& grant_;
  RequestParser& parser_;
  const RequestHead& head_;
  Admitted admitted_;
  RequestBody body_;
  Event news_;  // of the provider, the program or a key
  Event body_taken_;
  SharedKey key_;
  bool has_other_key_ = false;  // than the one that the provider refused last
  std::unique_ptr<Transfer> transfer_;
  bool keep_;
  bool is_reading_ = false;
  bool is_done_ = false;
  bool program_gone_ = false;
  RequestLine line_;
};

}  // namespace pindus::broker
