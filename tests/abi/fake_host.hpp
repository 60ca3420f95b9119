#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pindus/plugin.h>

namespace pindus::test {

struct FakeAnswer {
  int status = 200;
  std::string body;
  std::map<std::string, std::string> headers;
  int32_t failure = PINDUS_OK;  ///< what http_send returns instead of an answer
};

struct FakeRequest {
  std::string method;
  std::string url;
  std::map<std::string, std::string> headers;
  std::string body;

  /// A field of the body, form or JSON by its Content-Type; "(none)" where it isn't there.
  [[nodiscard]] std::string field(const std::string& name) const;
};

/// What a token endpoint says, as a rule.
inline constexpr auto token_answer =
    R"({"access_token":"a-1","refresh_token":"r-1","expires_in":3600})";

/// A host of one session whose person, server and clock are the test's. Sleeping moves the clock.
class FakeHost {
 public:
  FakeHost();
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  // What the test sets.
  std::map<std::string, std::string> options;
  std::map<std::string, std::string> answers;
  std::map<std::string, std::string> stored;
  std::map<std::string, std::string> drawer;  ///< the record's private one
  std::deque<std::string> prompts;  ///< "{state}" is the state of the address that was opened
  std::string tries = "1";
  std::deque<FakeAnswer> server;
  std::deque<std::string> random_bytes;  ///< then counted bytes
  int64_t now_ms = 1'790'000'000'000;
  int64_t monotonic_ms = 5'000;
  int64_t interrupt_at_ms = INT64_MAX;  ///< by the monotonic clock

  // What the plugin did.
  std::vector<FakeRequest> requests;
  std::vector<std::string> opened;
  std::vector<std::string> progress;
  std::vector<std::string> log;
  std::vector<int64_t> sleeps;
  std::map<std::string, std::string> record;
  std::optional<int64_t> lifetime;
  std::string user_code;
  int commits = 0;
  int32_t error_code = PINDUS_OK;
  std::string error;
  std::string hint;

  /// The table, and the session that its functions know this host by.
  [[nodiscard]] const pindus_host_1* table() const { return &table_; }
  [[nodiscard]] pindus_session session() const;

  /// Secrets and documents that are not freed yet.
  [[nodiscard]] size_t live_handles() const { return secrets_.size() + documents_.size(); }

  /// A parameter of the address that was opened last.
  [[nodiscard]] std::string opened_parameter(const std::string& name) const;

 private:
  friend struct FakeServices;
  pindus_host_1 table_{};
  std::map<uint64_t, std::string> secrets_;
  std::map<uint64_t, std::string> documents_;
  std::map<std::string, std::string> last_headers_;
  uint64_t next_handle_ = 1;
};

/// base64url without padding, as the real host has it.
std::string base64url(const std::string& bytes);

/// A JWT with these claims and no real signature.
std::string jwt(const std::string& claims);

}  // namespace pindus::test
