#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/child_process.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/tls_side.hpp"

namespace pindus::bench {

/// A server that has a thread for each connection and does nothing while nothing comes; it ends
/// with the process. What it answers is said by the path, see the source.
class Provider {
 public:
  /// Without an identity: no TLS.
  explicit Provider(const test::TlsIdentity* identity);
  [[nodiscard]] int port() const noexcept { return port_; }
  [[nodiscard]] std::string url() const;

 private:
  const test::TlsIdentity* identity_;
  int port_ = 0;
};

/// A connection to any of the three, which blocks. Throws std::runtime_error where it breaks.
class Client {
 public:
  /// `url` is "http://127.0.0.1:1/prefix"; with https, any certificate will do.
  explicit Client(const std::string& url, std::string fields = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends a request, and returns with the first byte of its answer's body.
  void begin(std::string_view method, std::string_view path, std::string_view body = {});
  /// Reads the rest of the answer; how many bytes of body there were in all.
  std::size_t finish();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// nginx with auth_request in a folder of its own; asks `keys` for the key of each request.
class Nginx {
 public:
  Nginx(const std::string& program, const Provider& provider, const Provider& keys);

  /// Starts it, and returns at once.
  void start();
  [[nodiscard]] std::string url() const;
  [[nodiscard]] pid_t pid() const { return process_->pid(); }

 private:
  test::TemporaryDirectory folder_;
  std::string program_;
  int port_ = 0;
  std::unique_ptr<test::ChildProcess> process_;
};

/// Proportional set size of a process in kB.
[[nodiscard]] double pss_kb(pid_t process);

}  // namespace pindus::bench
