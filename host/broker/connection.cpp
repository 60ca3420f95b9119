#include "host/broker/connection.hpp"

#include <fmt/format.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <chrono>
#include <limits>
#include <tuple>

#include "core/base/epoch_time.hpp"
#include "core/broker/error_answer.hpp"
#include "host/broker/exchange.hpp"
#include "host/broker/tunnel.hpp"

namespace pindus::broker {
namespace {

namespace http = beast::http;
using asio::redirect_error;
using asio::use_awaitable;

constexpr std::chrono::seconds longest_linger{2};

// RFC 9110, section 15: what stands behind the number counts for nobody.
std::string_view reason_of(int status) {
  return view_of(http::obsolete_reason(static_cast<http::status>(status)));
}

}  // namespace

asio::awaitable<void> Connection::serve() {
  // Beast would read 512 bytes at a time.
  buffer_.reserve(read_at_once);
  for (;;) {
    RequestParser parser;
    parser.header_limit(longest_head);
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    boost::system::error_code error;
    co_await http::async_read_header(socket_, buffer_, parser,
                                     redirect_error(use_awaitable, error));
    if (error) {
      // The end between two requests, or of the connection.
      const bool is_request =
          error.category() == http::make_error_code(http::error::bad_method).category() &&
          error != http::error::end_of_stream && error != http::error::partial_message;
      if (is_request) {
        const Refusal refusal{error == http::error::header_limit ? 431 : 400, "malformed",
                              fmt::format("the request is malformed: {}", error.message())};
        note_malformed(refusal);
        static_cast<void>(co_await refuse(refusal, {}, false, false));
        co_await linger();
      }
      break;
    }
    if (!co_await serve_request(parser)) break;
  }
  boost::system::error_code ignored;
  std::ignore = socket_.close(ignored);
}

// Of nobody: what isn't HTTP has no token.
void Connection::note_malformed(const Refusal& refusal) const {
  if (serving_.grants.all().size() != 1) return;
  serving_.grants.all().front()->log.add(
      {.time_ms = now_ms(), .status = refusal.status, .rule = std::string(refusal.rule)});
}

asio::awaitable<bool> Connection::serve_request(RequestParser& parser) {
  const std::int64_t began = now_ms();
  const RequestHead head = head_of(parser);
  const bool is_head = head.method == "HEAD";
  // What comes behind a request that nobody read to its end would be taken for another.
  const bool can_keep = parser.keep_alive() && parser.is_done();
  const std::shared_ptr<Grant> grant = serving_.grants.find(head);
  if (!grant) {
    const Refusal refusal{403, "token", "nobody has been granted anything here"};
    if (co_await refuse(refusal, {}, is_head, can_keep)) co_return true;
    co_await linger();
    co_return false;
  }
  auto admitted = grant->gate.judge(head);
  const std::optional<Refusal> refusal =
      admitted ? grant->meter.enter(RunMeter::Clock::now()) : std::optional(admitted.error());
  if (refusal) {
    const auto target = parse_target(head.target);
    const std::string provider = target ? grant->provider_named(target->provider) : std::string();
    grant->log.add({.time_ms = began,
                    .provider = provider,
                    .method = std::string(head.method),
                    .path = target ? target->path : std::string(),
                    .status = refusal->status,
                    .rule = std::string(refusal->rule),
                    .took_ms = now_ms() - began});
    const bool goes_on = co_await refuse(*refusal, grant->error_shape(provider), is_head,
                                         can_keep && refusal->status != 400);
    if (!goes_on) co_await linger();
    co_return goes_on;
  }
  const UnderWay under_way(*grant, *this);
  if (admitted->is_upgrade) co_return co_await tunnel(*this, *grant, *admitted, head);
  Exchange exchange(*this, *grant, parser, head, *std::move(admitted));
  const bool goes_on = co_await exchange.run();
  if (!goes_on) co_await linger();
  co_return goes_on && grant->ended.empty();
}

asio::awaitable<bool> Connection::refuse(const Refusal& refusal, std::string_view shape,
                                         bool is_head, bool keep) {
  const std::string body = error_answer(shape, refusal);
  // Programs ask again and again else: where nothing changes by itself they shall not.
  const bool may_retry = refusal.status == 429 || refusal.status >= 500;
  std::string text = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n"
      "x-should-retry: {}\r\n{}{}{}\r\n",
      refusal.status, reason_of(refusal.status), body.size(), may_retry,
      refusal.status == 426 ? "Upgrade: HTTP/1.1\r\n" : "",
      refusal.status == 405 ? "Allow: GET, HEAD, POST, PUT, PATCH, DELETE\r\n" : "",
      keep ? "" : "Connection: close\r\n");
  if (!is_head) text += body;
  boost::system::error_code error;
  co_await asio::async_write(socket_, asio::buffer(text), redirect_error(use_awaitable, error));
  co_return keep && !error;
}

// An answer to a request that wasn't read to its end would be lost in the reset that a close
// brings about (RFC 9112, section 9.6).
asio::awaitable<void> Connection::linger() {
  boost::system::error_code error;
  std::ignore = socket_.shutdown(Socket::shutdown_send, error);
  asio::steady_timer limit(socket_.get_executor(), longest_linger);
  // It may be told when this connection is no more.
  const auto is_over = std::make_shared<bool>(false);
  limit.async_wait([this, is_over](const boost::system::error_code& stopped) {
    boost::system::error_code ignored;
    if (!stopped && !*is_over) std::ignore = socket_.cancel(ignored);
  });
  buffer_.consume(buffer_.size());
  while (!error) {
    static_cast<void>(co_await socket_.async_read_some(buffer_.prepare(read_at_once),
                                                       redirect_error(use_awaitable, error)));
  }
  *is_over = true;
}

}  // namespace pindus::broker
