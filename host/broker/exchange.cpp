#include "host/broker/exchange.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <tuple>

#include "core/base/epoch_time.hpp"
#include "core/base/text.hpp"
#include "core/broker/scope_refusal.hpp"

namespace pindus::broker {
namespace {

namespace http = beast::http;
using asio::redirect_error;
using asio::use_awaitable;

// What most bodies aren't longer than by much.
constexpr std::size_t large_piece = 64 << 10;
// What a program sends behind a request that is under way is kept, up to this, until its turn.
constexpr std::size_t longest_pipeline = 64 << 10;

Refusal no_key(const CredentialFault& fault) {
  const bool is_gone = fault.kind == FaultKind::not_found;
  return {is_gone ? 403 : 503, is_gone ? "signed-out" : "key",
          fault.hint.empty() ? fault.message : fmt::format("{} ({})", fault.message, fault.hint)};
}

}  // namespace

Exchange::Exchange(Connection& connection, const Grant& grant, RequestParser& parser,
                   const RequestHead& head, Admitted admitted)
    : connection_(connection),
      grant_(grant),
      parser_(parser),
      head_(head),
      admitted_(std::move(admitted)),
      body_(admitted_.body.length),
      news_(connection.socket().get_executor()),
      body_taken_(connection.socket().get_executor()),
      keep_(parser.keep_alive()),
      line_{.time_ms = now_ms(),
            .provider = admitted_.provider,
            .method = std::string(head_.method),
            .path = admitted_.path} {}

asio::awaitable<bool> Exchange::run() {
  bool goes_on = true;
  if (admitted_.expects_continue && body_.has_any()) {
    goes_on = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
  }
  if (goes_on) {
    take_body_at_hand();
    is_reading_ = true;
    asio::co_spawn(connection_.socket().get_executor(), read_program(), asio::detached);
    goes_on = co_await answer();
    transfer_.reset();
    goes_on = goes_on && body_.is_whole() && !program_gone_;
    co_await stop_reading();
  }
  if (program_gone_ && line_.end.empty()) {
    line_.end = grant_.ended.empty() ? "the program went away" : grant_.ended;
  }
  line_.sent = body_.received();
  line_.took_ms = now_ms() - line_.time_ms;
  grant_.log.add(line_);
  co_return goes_on;
}

// Beside the answer: the body, and then whether the program is still there.
asio::awaitable<void> Exchange::read_program() {
  co_await read_body();
  auto& buffer = connection_.buffer();
  while (!is_done_ && !program_gone_ && buffer.size() < longest_pipeline) {
    boost::system::error_code error;
    const std::size_t size = co_await connection_.socket().async_read_some(
        buffer.prepare(read_at_once), redirect_error(use_awaitable, error));
    buffer.commit(size);
    if (error && !is_done_) program_gone_ = true;
    if (error) break;
  }
  is_reading_ = false;
  news_.tell();
}

// Most programs send head and body at once: what is here by now goes on at once, too, and where it
// is all of it, in one piece.
void Exchange::take_body_at_hand() {
  if (parser_.is_done()) return body_.end();
  std::array<char, large_piece> chunk;  // not zeroed: it is longer than most bodies
  // Beast reads as much at once as there is room for.
  connection_.buffer().reserve(large_piece);
  if (const auto length = body_.length()) body_.reserve(*length);
  boost::system::error_code error;
  while (!error && !parser_.is_done() && body_.unsent() < RequestBody::most_unsent) {
    make_room(chunk);
    http::read_some(connection_.socket(), connection_.buffer(), parser_, error);
    take_chunk(chunk, error);
  }
  if (connection_.buffer().size() == 0) {
    connection_.buffer().shrink_to_fit();
    connection_.buffer().reserve(read_at_once);
  }
}

asio::awaitable<void> Exchange::read_body() {
  std::string chunk;
  if (!parser_.is_done()) chunk.resize(read_at_once);
  while (!parser_.is_done() && !is_done_ && !program_gone_) {
    if (body_.unsent() >= RequestBody::most_unsent) {
      co_await body_taken_.wait();
      continue;
    }
    make_room(chunk);
    boost::system::error_code error;
    co_await http::async_read_some(connection_.socket(), connection_.buffer(), parser_,
                                   redirect_error(use_awaitable, error));
    take_chunk(chunk, error);
    if (transfer_) transfer_->body_grew();
  }
}

void Exchange::make_room(std::span<char> chunk) {
  auto& into = parser_.get().body();
  into.data = chunk.data();
  into.size = chunk.size();
}

void Exchange::take_chunk(std::span<const char> chunk, boost::system::error_code& error) {
  body_.append({chunk.data(), chunk.size() - parser_.get().body().size});
  if (error == http::error::need_buffer) error = {};
  if (error && error != asio::error::would_block) program_gone_ = !is_done_;
  if (!error && parser_.is_done()) body_.end();
}

asio::awaitable<void> Exchange::stop_reading() {
  is_done_ = true;
  body_taken_.tell();
  boost::system::error_code ignored;
  if (is_reading_) std::ignore = connection_.socket().cancel(ignored);
  while (is_reading_) co_await news_.wait();
}

asio::awaitable<Result<SharedKey>> Exchange::find_key(SharedKey refused) {
  co_return co_await connection_.serving().keys.get(grant_.key_name(admitted_.provider),
                                                    std::move(refused));
}

asio::awaitable<bool> Exchange::answer() {
  auto key = co_await find_key(nullptr);
  if (!key) {
    // A request that needs no key needs the address, which is known with one only.
    const Refusal refusal = no_key(key.error());
    co_return co_await refuse(refusal);
  }
  key_ = *std::move(key);
  begin(*key_);
  co_await await_head();
  if (program_gone_) co_return false;
  if (transfer_->status() == 401 && admitted_.with_key) co_await ask_again();
  if (program_gone_) co_return false;
  if (!transfer_->has_head()) {
    const Refusal refusal{502, "unreachable", transfer_->failure().value_or("no answer came")};
    co_return co_await refuse(refusal);
  }
  if (admitted_.with_key) {
    const auto [provider, account] = grant_.key_name(admitted_.provider);
    const Account asked{provider, account.value_or("default")};
    const auto refusal = wants_more_scope(asked, transfer_->status(), transfer_->fields());
    if (refusal) co_return co_await refuse(*refusal);
  }
  co_return co_await pass_answer();
}

void Exchange::begin(const ProviderKey& key) {
  UpstreamRequest request{
      .method = std::string(head_.method),
      .url = admitted_.query.empty()
                 ? key.base_url + admitted_.path
                 : fmt::format("{}{}?{}", key.base_url, admitted_.path, admitted_.query),
      .fields =
          fields_for_provider(head_.fields, admitted_.with_key ? std::span(key.fields)
                                                               : std::span<const HeaderField>())};
  body_.begin_again();
  transfer_ = std::make_unique<Transfer>(connection_.serving().upstream, request, body_, news_,
                                         body_taken_);
}

// A key that was refused is got anew, once, and where another came of it the request is sent with
// that: also where the refused one should still have been good.
asio::awaitable<void> Exchange::ask_again() {
  const auto key = co_await find_key(key_);
  has_other_key_ = key && (*key)->key.view() != key_->key.view();
  if (!has_other_key_ || !body_.can_begin_again()) co_return;
  has_other_key_ = false;
  key_ = *key;
  transfer_.reset();
  begin(*key_);
  co_await await_head();
}

asio::awaitable<void> Exchange::await_head() {
  while (!transfer_->has_head() && !transfer_->has_ended() && !program_gone_) {
    co_await news_.wait();
  }
}

std::string Exchange::answer_head(bool& in_chunks, bool& has_body) {
  const Fields fields = transfer_->fields();
  const int status = transfer_->status();
  // RFC 9112, section 6.3: beside a transfer coding a length says nothing.
  const auto length =
      has_field(fields, "Transfer-Encoding") ? std::nullopt : only_value(fields, "Content-Length");
  has_body = head_.method != "HEAD" && status != 204 && status != 304;
  const bool is_old = parser_.get().version() < 11;
  in_chunks = has_body && !length && !is_old;
  if (has_body && !length && is_old) keep_ = false;
  const bool is_final = status == 401 && admitted_.with_key && !has_other_key_;
  std::string text = fmt::format("HTTP/1.1 {} {}\r\n", status, transfer_->reason());
  for (const auto& [name, value] : fields_for_program(fields)) {
    if (is_final && equal_ignoring_case(name, "x-should-retry")) continue;
    text += fmt::format("{}: {}\r\n", name, value);
  }
  if (length && status != 204) text += fmt::format("Content-Length: {}\r\n", *length);
  if (in_chunks) text += "Transfer-Encoding: chunked\r\n";
  if (is_final) text += "x-should-retry: false\r\n";
  if (!keep_) text += "Connection: close\r\n";
  if (keep_ && is_old) text += "Connection: keep-alive\r\n";
  return text + "\r\n";
}

asio::awaitable<bool> Exchange::pass_answer() {
  bool in_chunks = false;
  bool has_body = false;
  std::string before = answer_head(in_chunks, has_body);
  std::string bytes;  // the transfer's buffer and this one take turns: no copy, no new memory
  line_.status = transfer_->status();
  for (;;) {
    transfer_->take_body(bytes);
    line_.received += bytes.size();
    const bool has_bytes = !bytes.empty() && has_body;
    if (!has_body) bytes.clear();
    std::string_view behind;
    if (has_bytes && in_chunks) {
      fmt::format_to(std::back_inserter(before), "{:x}\r\n", bytes.size());
      behind = "\r\n";
    }
    const bool is_last = transfer_->has_ended() && !transfer_->has_body();
    const auto failure = is_last ? transfer_->failure() : std::nullopt;
    if (is_last && in_chunks && !failure) behind = has_bytes ? "\r\n0\r\n\r\n" : "0\r\n\r\n";
    const std::array<asio::const_buffer, 3> parts{asio::buffer(before), asio::buffer(bytes),
                                                  asio::const_buffer(behind.data(), behind.size())};
    if (asio::buffer_size(parts) != 0) {
      boost::system::error_code error;
      co_await asio::async_write(connection_.socket(), parts, redirect_error(use_awaitable, error));
      if (error) program_gone_ = true;
      if (error) co_return false;
    }
    before.clear();
    if (failure) {
      // What has begun can't be said otherwise: the program sees that it isn't whole.
      line_.end = *failure;
      boost::system::error_code ignored;
      std::ignore = connection_.socket().close(ignored);
      co_return false;
    }
    if (is_last) co_return keep_;
    while (!transfer_->has_body() && !transfer_->has_ended() && !program_gone_) {
      co_await news_.wait();
    }
    if (program_gone_) co_return false;
  }
}

asio::awaitable<bool> Exchange::write(std::string_view bytes) {
  boost::system::error_code error;
  co_await asio::async_write(connection_.socket(), asio::buffer(bytes.data(), bytes.size()),
                             redirect_error(use_awaitable, error));
  if (error) program_gone_ = true;
  co_return !error;
}

asio::awaitable<bool> Exchange::refuse(const Refusal& refusal) {
  line_.status = refusal.status;
  line_.rule = refusal.rule;
  if (program_gone_) co_return false;
  const bool keep = keep_ && body_.is_whole();
  co_return co_await connection_.refuse(refusal, grant_.error_shape(admitted_.provider),
                                        head_.method == "HEAD", keep);
}

}  // namespace pindus::broker
