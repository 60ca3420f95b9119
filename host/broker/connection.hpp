#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <memory>
#include <string>

#include "core/broker/gate.hpp"
#include "core/broker/plan.hpp"
#include "core/broker/run_limits.hpp"
#include "core/broker/run_log.hpp"
#include "host/broker/key_desk.hpp"
#include "host/broker/upstream.hpp"

namespace pindus::broker {

namespace beast = boost::beast;
using tcp = asio::ip::tcp;

/// What all connections of a run share; borrowed.
struct Run {
  const BrokerPlan& plan;
  const Gate& gate;
  RunMeter& meter;
  const RunLog& log;
  KeyDesk& keys;
  Upstream& upstream;

  /// How that provider says errors; empty: nobody knows.
  [[nodiscard]] std::string_view error_shape(std::string_view provider) const;
};

/// A connection of the program's: one request after the other (RFC 9112, section 9.3). Lives as
/// long as its `serve`.
class Connection {
 public:
  using Parser = beast::http::request_parser<beast::http::buffer_body>;

  Connection(Run& run, tcp::socket socket) : run_(run), socket_(std::move(socket)) {}

  /// Serves requests until one side closes.
  [[nodiscard]] asio::awaitable<void> serve();

  [[nodiscard]] tcp::socket& socket() noexcept { return socket_; }
  [[nodiscard]] beast::flat_buffer& buffer() noexcept { return buffer_; }
  [[nodiscard]] Run& run() noexcept { return run_; }

  /// Answers a request ourselves; the connection goes on only where `keep` is.
  [[nodiscard]] asio::awaitable<bool> refuse(const Refusal& refusal, std::string_view provider,
                                             bool is_head, bool keep);

 private:
  [[nodiscard]] asio::awaitable<bool> serve_request(Parser& parser);
  [[nodiscard]] asio::awaitable<void> linger();

  Run& run_;
  tcp::socket socket_;
  beast::flat_buffer buffer_;
};

/// `fields` of a parsed request; borrowed.
[[nodiscard]] RequestHead head_of(const Connection::Parser& parser);

}  // namespace pindus::broker
