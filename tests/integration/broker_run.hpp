#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/pindus_profile.hpp"
#include "tests/support/http_message.hpp"
#include "tests/support/loopback_server.hpp"

namespace pindus::test {

/// A connection of a program's to the broker. Reads throw std::runtime_error where nothing comes
/// for half a minute.
class BrokerClient {
 public:
  explicit BrokerClient(int port);
  BrokerClient(BrokerClient&& other) noexcept = delete;
  BrokerClient& operator=(BrokerClient&&) = delete;
  ~BrokerClient();

  /// False where the other side is gone.
  bool send(std::string_view bytes) const;
  /// The next answer; throws where there is none.
  HttpMessage answer(bool bodiless = false);
  /// Its head alone.
  HttpMessage head();
  [[nodiscard]] HttpReader& reader() noexcept { return reader_; }
  /// Whether the other side closes, without another byte.
  [[nodiscard]] bool is_closed();
  /// No more comes from here.
  void finish() const;
  /// Closes; `reset` with an RST.
  void close();
  void reset();

 private:
  int descriptor_;
  HttpReader reader_;
};

/// A server in the provider's place that remembers what came.
class TestProvider {
 public:
  using Answer = std::function<void(Connection& connection, const HttpMessage& request)>;
  enum class Over { tcp, tls };

  explicit TestProvider(Answer answer, Over over = Over::tls);
  /// Has the connection to itself; nothing is remembered.
  static std::unique_ptr<TestProvider> raw(std::function<void(Connection&)> handle,
                                           Over over = Over::tls);

  [[nodiscard]] std::string url() const { return server_->url(""); }
  [[nodiscard]] int port() const { return server_->port(); }
  [[nodiscard]] int connections() const { return server_->connections(); }
  [[nodiscard]] const TlsIdentity& identity() const { return identity_; }
  [[nodiscard]] std::vector<HttpMessage> requests() const;
  /// The value of that field in each request; "-" where it isn't there.
  [[nodiscard]] std::vector<std::string> fields(std::string_view name) const;
  /// How many connections have ended on the program's side.
  [[nodiscard]] int ended() const;

 private:
  TestProvider() = default;

  TlsIdentity identity_;
  mutable std::mutex mutex_;
  std::vector<HttpMessage> requests_;
  int ended_ = 0;
  std::unique_ptr<LoopbackServer> server_;  // the last: its threads use the others
};

/// `pindus auth exec --broker acme -- COMMAND` over a profile of its own, where acme is that
/// server. The command is a shell that says where the broker is, and ends with its input.
class BrokerRun {
 public:
  static constexpr const char* real_key = "sk-real-0123456789abcdefghij";

  struct Setting {
    std::vector<std::string> options = {};
    std::string api = {};      ///< further members of acme's `api`, each with a comma
    std::string vault = {};    ///< empty: an api key, real_key
    std::string methods = {};  ///< acme's methods; empty: none
    Variables variables = {};
    std::string script = "exec cat";  ///< what the shell does after it said where
  };
  explicit BrokerRun(const TestProvider& provider) : BrokerRun(provider, Setting()) {}
  BrokerRun(const TestProvider& provider, Setting setting)
      : BrokerRun(provider.url(), provider.identity(), std::move(setting)) {}
  /// The server by its address, and the certificate that it has.
  BrokerRun(const std::string& url, const TlsIdentity& identity, Setting setting);

  PindusProfile profile;
  std::unique_ptr<ChildProcess> command;
  int port = 0;
  std::string token;

  [[nodiscard]] BrokerClient client() const { return BrokerClient(port); }
  /// The head of a request with the token, up to the empty line; `fields` each end with CRLF.
  [[nodiscard]] std::string request(std::string_view method_and_path, std::string_view fields = {},
                                    std::string_view version = "HTTP/1.1") const;
  /// One request with that body on a connection of its own.
  [[nodiscard]] HttpMessage ask(std::string_view method_and_path, std::string_view body = {},
                                std::string_view fields = {}) const;

  /// Stores another key, or none.
  void store_key(std::string_view key) const;

  /// What was logged, once it has so many lines of requests.
  [[nodiscard]] std::vector<std::string> log_lines(std::size_t count) const;
  [[nodiscard]] std::string log_text() const;

  /// The broker's processes: the watcher and its child. Where the system doesn't show them, it says
  /// "SKIPPED: reason" and throws.
  [[nodiscard]] std::vector<pid_t> broker_processes() const;
  /// The one that serves.
  [[nodiscard]] pid_t broker_child() const;
  /// Ends the command; its result.
  ProcessResult end();
};

/// Waits until it holds, for half a minute at most; whether it does.
bool eventually(const std::function<bool()>& holds);

/// Bytes of that length that repeat nowhere near.
[[nodiscard]] std::string pattern(std::size_t size, unsigned seed = 1);

/// A provider's handler: answers with a body, whatever it was asked.
void say_fine(Connection& connection, const HttpMessage& request);

/// An answer with a body.
[[nodiscard]] std::string ok(std::string_view body = "fine", std::string_view fields = {});

}  // namespace pindus::test
