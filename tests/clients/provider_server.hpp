#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/loopback_server.hpp"

namespace pindus::test {

/// Where a program offers this tool, an answer of the Messages API wants it called.
inline constexpr std::string_view greet_tool = "mcp__here__greet";

/// A request that a client made of its provider.
struct SeenRequest {
  std::string line;    ///< "POST /v1/messages"
  std::string key;     ///< the credential that it carried, without "Bearer "; empty: none
  std::string header;  ///< the name of the field it was in, in lower case
  std::string text;    ///< all of it
};

/// A server in the place of Anthropic, OpenAI, Google and a git host: it answers every question
/// with "pong", in the form that was asked for, and remembers which key came with it.
class ProviderServer {
 public:
  ProviderServer();

  [[nodiscard]] std::string url() const { return server_.url(""); }

  /// From now on requests with that key to such a path get a 401: so many of them, or all.
  void deny(const std::string& key, std::string_view path = "", int times = -1);

  /// What has come so far.
  [[nodiscard]] std::vector<SeenRequest> requests() const;

  /// The keys of the requests to this path, in their order.
  [[nodiscard]] std::vector<std::string> keys_at(std::string_view path) const;

  /// All that came, a line each, for a message.
  [[nodiscard]] std::string protocol() const;

 private:
  void answer(Connection& connection);
  [[nodiscard]] bool is_denied(const SeenRequest& request);

  mutable std::mutex mutex_;
  std::vector<SeenRequest> requests_;
  struct Denial {
    std::string path;
    int times = 0;
  };
  std::map<std::string, Denial> denied_;
  LoopbackServer server_;  // the last: its threads use the others
};

}  // namespace pindus::test
