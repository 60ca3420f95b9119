#include "host/broker/tunnel.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <tuple>

#include "core/base/epoch_time.hpp"
#include "core/services/services.hpp"

namespace pindus::broker {
namespace {

namespace http = beast::http;
using asio::redirect_error;
using asio::use_awaitable;

// A connection to a provider, by way of proxies and with TLS as everywhere, for bytes.
class Line final : public Ending {
 public:
  Line(Upstream& upstream, const std::string& url, const asio::any_io_executor& executor)
      : upstream_(upstream), easy_(upstream.take_handle()), news_(executor), socket_(executor) {
    curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy_, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    if (!url.starts_with("https:")) curl_easy_setopt(easy_, CURLOPT_PROXY, "");
    upstream_.add(easy_, *this);
  }
  ~Line() override { upstream_.remove(easy_); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  void finish(CURLcode code) override {
    outcome_ = code;
    news_.tell();
  }

  // What went wrong; nothing where it stands.
  [[nodiscard]] asio::awaitable<std::optional<std::string>> connect() {
    while (!outcome_) co_await news_.wait();
    if (*outcome_ != CURLE_OK) co_return curl_easy_strerror(*outcome_);
    curl_socket_t number = CURL_SOCKET_BAD;
    curl_easy_getinfo(easy_, CURLINFO_ACTIVESOCKET, &number);
    // The loop knows curl's own already.
    const int copy = ::fcntl(number, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) co_return "the connection was lost";
    socket_.assign(copy);
    co_return std::nullopt;
  }

  [[nodiscard]] asio::awaitable<bool> send(std::string_view bytes) {
    while (!bytes.empty()) {
      std::size_t sent = 0;
      const CURLcode code = curl_easy_send(easy_, bytes.data(), bytes.size(), &sent);
      bytes.remove_prefix(sent);
      if (code == CURLE_AGAIN && co_await wait(asio::posix::stream_descriptor::wait_write)) {
        continue;
      }
      if (code != CURLE_OK) co_return false;
    }
    co_return true;
  }

  // Empty at the end.
  [[nodiscard]] asio::awaitable<std::string> receive() {
    std::string bytes(read_at_once, '\0');
    for (;;) {
      std::size_t size = 0;
      const CURLcode code = curl_easy_recv(easy_, bytes.data(), bytes.size(), &size);
      if (code == CURLE_AGAIN && co_await wait(asio::posix::stream_descriptor::wait_read)) continue;
      bytes.resize(code == CURLE_OK ? size : 0);
      co_return bytes;
    }
  }

  // Whoever waits for it gets the end.
  void cut() {
    is_cut_ = true;
    boost::system::error_code ignored;
    if (socket_.is_open()) std::ignore = socket_.cancel(ignored);
  }

 private:
  [[nodiscard]] asio::awaitable<bool> wait(asio::posix::stream_descriptor::wait_type type) {
    boost::system::error_code error;
    if (!is_cut_) co_await socket_.async_wait(type, redirect_error(use_awaitable, error));
    co_return !error && !is_cut_;
  }

  Upstream& upstream_;
  CURL* easy_;
  Event news_;
  asio::posix::stream_descriptor socket_;
  std::optional<CURLcode> outcome_;
  bool is_cut_ = false;
};

std::string handshake(const Admitted& admitted, const RequestHead& head, const ProviderKey& key) {
  const std::string_view url = key.base_url;
  const std::size_t host_end = url.find('/', url.find("://") + 3);
  const std::string_view prefix = host_end == url.npos ? "" : url.substr(host_end);
  std::string text = fmt::format(
      "GET {}{}{}{} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n", prefix,
      admitted.path, admitted.query.empty() ? "" : "?", admitted.query,
      url_host(key.base_url).value_or(""));
  const auto ours = admitted.with_key ? std::span(key.fields) : std::span<const HeaderField>();
  for (const auto& field : fields_for_provider(head.fields, ours)) {
    text += fmt::format("{}: {}\r\n", field.name, field.value.view());
  }
  return text + "\r\n";
}

// The head of a provider's answer, and what came behind it.
struct HandshakeAnswer {
  http::response_parser<http::empty_body> parser;
  std::string rest;
};

asio::awaitable<bool> receive_answer(Line& line, HandshakeAnswer& answer) {
  std::string head;
  std::size_t end = std::string::npos;
  while (end == std::string::npos && head.size() < longest_head) {
    const std::string bytes = co_await line.receive();
    if (bytes.empty()) co_return false;
    head += bytes;
    end = head.find("\r\n\r\n");
  }
  if (end == std::string::npos) co_return false;
  answer.rest = head.substr(end + 4);
  answer.parser.skip(true);
  boost::system::error_code error;
  answer.parser.put(asio::buffer(head.data(), end + 4), error);
  co_return !error && answer.parser.is_header_done();
}

std::string agreement(const HandshakeAnswer& answer) {
  const Fields fields = fields_of(answer.parser.get());
  std::string text =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
  for (const auto& [name, value] : fields_for_program(fields)) {
    text += fmt::format("{}: {}\r\n", name, value);
  }
  return text + "\r\n" + answer.rest;
}

// The two directions of a tunnel; each ends the other.
class Tunnel {
 public:
  Tunnel(Socket& program, Line& provider, RequestLine& line)
      : program_(program), provider_(provider), line_(line), ended_(program.get_executor()) {}

  [[nodiscard]] asio::awaitable<void> run(std::string from_program) {
    asio::co_spawn(program_.get_executor(), to_program(), asio::detached);
    bool goes_on = from_program.empty() || co_await pass_up(from_program);
    std::array<char, read_at_once> bytes{};
    while (goes_on) {
      boost::system::error_code error;
      const std::size_t size = co_await program_.async_read_some(
          asio::buffer(bytes), redirect_error(use_awaitable, error));
      const std::string_view part(bytes.data(), size);
      goes_on = !error && co_await pass_up(part);
    }
    provider_.cut();
    while (!is_over_) co_await ended_.wait();
  }

 private:
  [[nodiscard]] asio::awaitable<bool> pass_up(std::string_view bytes) {
    line_.sent += bytes.size();
    co_return co_await provider_.send(bytes);
  }

  [[nodiscard]] asio::awaitable<void> to_program() {
    boost::system::error_code error;
    while (!error) {
      const std::string bytes = co_await provider_.receive();
      if (bytes.empty()) break;
      line_.received += bytes.size();
      co_await asio::async_write(program_, asio::buffer(bytes),
                                 redirect_error(use_awaitable, error));
    }
    boost::system::error_code ignored;
    std::ignore = program_.shutdown(Socket::shutdown_both, ignored);
    is_over_ = true;
    ended_.tell();
  }

  Socket& program_;
  Line& provider_;
  RequestLine& line_;
  Event ended_;
  bool is_over_ = false;
};

asio::awaitable<std::optional<Refusal>> open_tunnel(Connection& connection, const Grant& grant,
                                                    const Admitted& admitted,
                                                    const RequestHead& head, RequestLine& logged) {
  SharedKey refused;
  for (;;) {
    const auto key =
        co_await connection.serving().keys.get(grant.key_name(admitted.provider), refused);
    if (!key) co_return Refusal{503, "key", key.error().message};
    Line line(connection.serving().upstream, (*key)->base_url, connection.socket().get_executor());
    if (auto failure = co_await line.connect()) {
      co_return Refusal{502, "unreachable", *std::move(failure)};
    }
    HandshakeAnswer answer;
    const std::string request = handshake(admitted, head, **key);
    if (!co_await line.send(request) || !co_await receive_answer(line, answer)) {
      co_return Refusal{502, "unreachable", "the provider broke the connection off"};
    }
    logged.status = static_cast<int>(answer.parser.get().result_int());
    if (logged.status == 401 && !refused && admitted.with_key) {
      refused = *key;
      continue;
    }
    if (logged.status != 101) {
      co_return Refusal{logged.status, "upgrade", "the provider refused the connection"};
    }
    const std::string text = agreement(answer);
    boost::system::error_code error;
    co_await asio::async_write(connection.socket(), asio::buffer(text),
                               redirect_error(use_awaitable, error));
    auto& buffer = connection.buffer();
    std::string early(static_cast<const char*>(buffer.data().data()), buffer.size());
    buffer.consume(buffer.size());
    if (!error) {
      co_await Tunnel(connection.socket(), line, logged).run(std::move(early));
    }
    co_return std::nullopt;
  }
}

}  // namespace

asio::awaitable<bool> tunnel(Connection& connection, const Grant& grant, const Admitted& admitted,
                             const RequestHead& head) {
  RequestLine logged{.time_ms = now_ms(),
                     .provider = admitted.provider,
                     .method = std::string(head.method),
                     .path = admitted.path};
  const auto refusal = co_await open_tunnel(connection, grant, admitted, head, logged);
  if (refusal) {
    logged.status = refusal->status;
    logged.rule = refusal->rule;
    static_cast<void>(
        co_await connection.refuse(*refusal, grant.error_shape(admitted.provider), false, false));
  }
  logged.took_ms = now_ms() - logged.time_ms;
  grant.log.add(logged);
  co_return false;
}

}  // namespace pindus::broker
