#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/tls_side.hpp"

namespace pindus::test {

/// One accepted connection of a LoopbackServer; closed when its handler returns.
class Connection {
 public:
  /// With an identity it speaks TLS.
  Connection(int descriptor, std::stop_token stop, const TlsIdentity* identity = nullptr)
      : descriptor_(descriptor),
        stop_(std::move(stop)),
        tls_(identity == nullptr ? nullptr : std::make_unique<TlsSide>(descriptor, *identity)) {}

  /// One HTTP request: head and, as Content-Length says, body.
  std::string read_request();

  /// Whatever the peer has sent, once it has sent something; empty at its end.
  std::string read_some();

  /// Breaks the connection off, so that the peer sees it reset.
  void reset();

  /// Writes all of it; false where the peer is gone.
  bool write(std::string_view bytes);

  /// False where the server is ending.
  bool sleep(std::chrono::milliseconds time);

  /// Copies bytes both ways between this connection and that port, until one side ends.
  void tunnel_to(int port);

 private:
  [[nodiscard]] std::string receive();

  int descriptor_;
  std::stop_token stop_;
  std::unique_ptr<TlsSide> tls_;
};

/// A TCP server on 127.0.0.1 that answers as the test says: truncated, endless, late, not at all.
class LoopbackServer {
 public:
  /// `handle` runs on a thread of its own for each connection. With an identity, which is borrowed,
  /// it speaks TLS.
  explicit LoopbackServer(std::function<void(Connection&)> handle,
                          const TlsIdentity* identity = nullptr);
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer();

  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::string url(std::string_view path = "/") const {
    return (identity_ == nullptr ? "http://" : "https://") + host() + std::string(path);
  }
  [[nodiscard]] int connections() const noexcept { return connections_; }

 private:
  void accept_all(const std::stop_token& stop);

  std::function<void(Connection&)> handle_;
  const TlsIdentity* identity_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::vector<std::jthread> handlers_;
  std::jthread acceptor_;
};

/// An answer with a body.
[[nodiscard]] std::string http_answer(std::string_view status, std::string_view body,
                                      std::string_view extra_headers = {});

}  // namespace pindus::test
