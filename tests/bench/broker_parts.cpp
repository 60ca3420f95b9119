#include "tests/bench/broker_parts.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <thread>

#include "tests/support/http_message.hpp"

namespace pindus::bench {
namespace {

using Clock = std::chrono::steady_clock;

struct Listener {
  int descriptor = -1;
  int port = 0;
};

Listener listen_anywhere() {
  Listener listener{.descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener.descriptor, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener.descriptor, 4096) != 0 ||
      ::getsockname(listener.descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no server can be started");
  }
  listener.port = ntohs(address.sin_port);
  return listener;
}

std::string chunk(std::string_view bytes) {
  return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

constexpr std::string_view stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

// A connection of the provider's.
class Side {
 public:
  Side(int descriptor, const test::TlsIdentity* identity) : descriptor_(descriptor) {
    if (identity != nullptr) tls_.emplace(descriptor, *identity);
  }
  ~Side() { ::close(descriptor_); }
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  std::string read() {
    if (tls_) return tls_->receive();
    std::array<char, 16 << 10> buffer{};
    const ssize_t size = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }
  bool write(std::string_view bytes) {
    if (tls_) return tls_->send(bytes);
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  void serve() {
    test::HttpReader reader([this] { return read(); });
    while (const auto request = reader.next()) {
      if (!answer(request->line())) return;
    }
  }

 private:
  // "/small"; "/event": one and the end; "/hold": one, and then nothing until the end;
  // "/stream/BYTES/MB_PER_SECOND" (0: as fast as it goes); else an answer without a body that holds
  // a key.
  bool answer(const std::string& line) {
    if (line.contains("/small")) {
      return write(
          fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                      "Content-Length: 200\r\n\r\n{:200}",
                      "{}"));
    }
    if (line.contains("/event")) {
      return write(std::string(stream_head) + chunk("data: 1\n\n")) && write("0\r\n\r\n");
    }
    if (line.contains("/hold")) {
      write(std::string(stream_head) + chunk("data: 1\n\n"));
      read();
      return false;
    }
    if (const std::size_t at = line.find("/stream/"); at != line.npos) {
      std::size_t end = 0;
      const auto bytes = std::stoull(line.substr(at + 8), &end);
      return stream(bytes, std::stod(line.substr(at + 8 + end + 1)));
    }
    return write("HTTP/1.1 204 No Content\r\nx-key: sk-real-0123456789abcdefghij\r\n\r\n");
  }

  bool stream(std::size_t bytes, double mb_per_second) {
    const std::string part = chunk(std::string(16'000, 'x'));
    if (!write(stream_head)) return false;
    const auto start = Clock::now();
    for (std::size_t sent = 0; sent < bytes; sent += 16'000) {
      if (mb_per_second > 0) {
        const std::chrono::duration<double> due(static_cast<double>(sent) / mb_per_second / 1e6);
        std::this_thread::sleep_until(start + std::chrono::duration_cast<Clock::duration>(due));
      }
      if (!write(part)) return false;
    }
    return write("0\r\n\r\n");
  }

  int descriptor_;
  std::optional<test::TlsSide> tls_;
};

}  // namespace

Provider::Provider(const test::TlsIdentity* identity) : identity_(identity) {
  const Listener listener = listen_anywhere();
  port_ = listener.port;
  std::thread([listener, identity] {
    for (;;) {
      const int connection = ::accept4(listener.descriptor, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) continue;
      const int at_once = 1;
      ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
      std::thread([connection, identity] { Side(connection, identity).serve(); }).detach();
    }
  }).detach();
}

std::string Provider::url() const {
  return fmt::format("{}://127.0.0.1:{}", identity_ == nullptr ? "http" : "https", port_);
}

struct Client::Parts {
  std::string host;
  std::string prefix;
  std::string fields;
  CURL* easy = ::curl_easy_init();
  curl_socket_t socket = CURL_SOCKET_BAD;
  test::HttpReader reader{[this] { return receive(); }};
  test::HttpMessage answer;
  std::string first;
  std::size_t received = 0;

  ~Parts() { ::curl_easy_cleanup(easy); }

  void wait(short events) const {
    pollfd one{socket, events, 0};
    if (::poll(&one, 1, 30'000) <= 0) throw std::runtime_error("nothing came");
  }
  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      std::size_t sent = 0;
      const CURLcode code = ::curl_easy_send(easy, bytes.data(), bytes.size(), &sent);
      if (code == CURLE_AGAIN) {
        wait(POLLOUT);
      } else if (code != CURLE_OK) {
        throw std::runtime_error("the connection broke");
      }
      bytes.remove_prefix(sent);
    }
  }
  [[nodiscard]] std::string receive() const {
    std::string bytes(64 << 10, '\0');
    for (;;) {
      std::size_t size = 0;
      const CURLcode code = ::curl_easy_recv(easy, bytes.data(), bytes.size(), &size);
      if (code == CURLE_AGAIN) {
        wait(POLLIN);
        continue;
      }
      bytes.resize(code == CURLE_OK ? size : 0);
      return bytes;
    }
  }
};

Client::Client(const std::string& url, std::string fields) : parts_(std::make_unique<Parts>()) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t path = std::min(url.find('/', host), url.size());
  parts_->host = url.substr(host, path - host);
  parts_->prefix = url.substr(path);
  parts_->fields = std::move(fields);
  ::curl_easy_setopt(parts_->easy, CURLOPT_URL, url.c_str());
  ::curl_easy_setopt(parts_->easy, CURLOPT_PROXY, "");
  ::curl_easy_setopt(parts_->easy, CURLOPT_SSL_VERIFYPEER, 0L);
  ::curl_easy_setopt(parts_->easy, CURLOPT_SSL_VERIFYHOST, 0L);
  ::curl_easy_setopt(parts_->easy, CURLOPT_CONNECT_ONLY, 1L);
  if (::curl_easy_perform(parts_->easy) != CURLE_OK) throw std::runtime_error("no connection");
  ::curl_easy_getinfo(parts_->easy, CURLINFO_ACTIVESOCKET, &parts_->socket);
}
Client::~Client() = default;

void Client::begin(std::string_view method, std::string_view path, std::string_view body) {
  parts_->send(fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\n{}Content-Length: {}\r\n\r\n{}", method,
                           parts_->prefix, path, parts_->host, parts_->fields, body.size(), body));
  auto head = parts_->reader.next_head();
  if (!head) throw std::runtime_error("no answer came");
  if (head->status() != 200) throw std::runtime_error(head->line());
  parts_->answer = *std::move(head);
  // The body's first bytes, still in their chunk.
  parts_->first = parts_->reader.take_some();
  parts_->received = 0;
}

std::size_t Client::finish() {
  parts_->reader.give_back(parts_->first);
  parts_->reader.read_body(parts_->answer,
                           [this](std::string_view part) { parts_->received += part.size(); });
  if (!parts_->answer.is_whole) throw std::runtime_error("the answer was broken off");
  return parts_->received;
}

Nginx::Nginx(const std::string& program, const Provider& provider, const Provider& keys)
    : program_(program) {
  const Listener listener = listen_anywhere();
  port_ = listener.port;
  ::close(listener.descriptor);
  test::write_file(
      folder_ / "nginx.conf",
      fmt::format(R"(daemon off; master_process off; pid {0}/pid; error_log {0}/error.log;
events {{ worker_connections 8192; }}
http {{
  access_log {0}/access.log;
  client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/fastcgi;
  uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;
  client_max_body_size 0; client_body_buffer_size 8m; keepalive_requests 1000000; tcp_nodelay on;
  upstream provider {{ server 127.0.0.1:{1}; keepalive 64; keepalive_requests 1000000; }}
  upstream keys {{ server 127.0.0.1:{2}; keepalive 8; keepalive_requests 1000000; }}
  server {{
    listen 127.0.0.1:{3} backlog=4096;
    location /acme/ {{
      auth_request /key;
      auth_request_set $key $upstream_http_x_key;
      proxy_pass https://provider/base/;
      proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header x-api-key $key;
      proxy_buffering off;
    }}
    location = /key {{
      internal;
      proxy_pass http://keys/key; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_pass_request_body off; proxy_set_header Content-Length "";
    }}
  }}
}}
)",
                  folder_.path().string(), provider.port(), keys.port(), port_));
}

void Nginx::start() {
  process_.reset();
  process_ = std::make_unique<test::ChildProcess>(
      std::vector<std::string>{program_, "-p", folder_.path(), "-c", folder_ / "nginx.conf", "-e",
                               folder_ / "error.log"},
      test::plain_environment());
}

std::string Nginx::url() const {
  return fmt::format("http://127.0.0.1:{}/acme", port_);
}

double pss_kb(pid_t process) {
  std::ifstream file(fmt::format("/proc/{}/smaps_rollup", process));
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Pss:")) return std::stod(line.substr(4));
  }
  return 0;
}

}  // namespace pindus::bench
