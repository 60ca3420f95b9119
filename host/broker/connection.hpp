#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <memory>
#include <string>

#include "host/broker/grants.hpp"
#include "host/broker/key_desk.hpp"
#include "host/broker/request_head.hpp"
#include "host/broker/upstream.hpp"

namespace pindus::broker {

/// Of TCP or a Unix socket.
using Socket = asio::generic::stream_protocol::socket;

/// So much is read from a socket at once.
inline constexpr std::size_t read_at_once = std::size_t{16} << 10;
/// The longest head of a message.
inline constexpr std::uint32_t longest_head = std::uint32_t{64} << 10;

/// What all connections share; borrowed.
struct Serving {
  const Grants& grants;
  KeyDesk& keys;
  Upstream& upstream;
};

/// A connection of the program's: one request after the other (RFC 9112, section 9.3). Lives as
/// long as its `serve`.
class Connection {
 public:
  Connection(Serving& serving, Socket socket) : serving_(serving), socket_(std::move(socket)) {}

  /// Serves requests until one side closes.
  [[nodiscard]] asio::awaitable<void> serve();

  [[nodiscard]] Socket& socket() noexcept { return socket_; }
  [[nodiscard]] beast::flat_buffer& buffer() noexcept { return buffer_; }
  [[nodiscard]] Serving& serving() noexcept { return serving_; }

  /// Answers a request ourselves, as `shape` says (see error_answer); the connection goes on only
  /// where `keep` is.
  [[nodiscard]] asio::awaitable<bool> refuse(const Refusal& refusal, std::string_view shape,
                                             bool is_head, bool keep);

 private:
  [[nodiscard]] asio::awaitable<bool> serve_request(RequestParser& parser);
  void note_malformed(const Refusal& refusal) const;
  [[nodiscard]] asio::awaitable<void> linger();

  Serving& serving_;
  Socket socket_;
  beast::flat_buffer buffer_;
};

}  // namespace pindus::broker
