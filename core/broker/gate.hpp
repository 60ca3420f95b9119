#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret.hpp"
#include "core/broker/message.hpp"
#include "core/broker/request_target.hpp"

namespace pindus::broker {

/// What one provider's part of a run lets through; from its manifests' `api`, and `--allow`.
struct CallRules {
  /// Whose, where that isn't what paths name it by (see provider_segment).
  std::string provider = {};
  std::vector<std::string> allow = {};      ///< "POST /v1/messages"; a final `*` is any rest
  std::vector<std::string> anonymous = {};  ///< the same, of requests that go without a key
  std::map<std::string, std::string, std::less<>> alias = {};  ///< paths and the right ones
  bool upgrade = false;  ///< whether a connection may become a WebSocket (RFC 6455)
};

/// A request that may go on.
struct Admitted {
  std::string provider;
  std::string path;   ///< behind the provider's base address: "/v1/messages"
  std::string query;  ///< without a credential
  bool with_key = true;
  bool is_upgrade = false;
  bool expects_continue = false;  ///< waits for leave to send its body (RFC 9110, section 10.1.1)
  BodyFraming body = {};
};

/// Tells requests that a program may make from those that it may not. It holds no socket and no
/// key. One thread.
class Gate {
 public:
  /// `token` is what the program has in the place of a key, and `host` what it reaches us by
  /// ("127.0.0.1:40123").
  Gate(Secret token, std::string host, std::map<std::string, CallRules, std::less<>> rules);

  /// By RFC 9110 and 9112, and by the rules. A path that has an alias is the right one afterwards.
  [[nodiscard]] std::expected<Admitted, Refusal> judge(const RequestHead& head) const;

  /// Whether a request holds the token, whatever else is wrong with it.
  [[nodiscard]] bool recognises(const RequestHead& head) const;

  /// Whether it is the token. Takes a time that says nothing of it.
  [[nodiscard]] bool is_token(std::string_view text) const;

 private:
  [[nodiscard]] std::optional<Refusal> refuse_form(const RequestHead& head) const;
  [[nodiscard]] bool holds_token(const Fields& fields, std::string_view in_query) const;

  Secret token_;
  std::string host_;
  std::map<std::string, CallRules, std::less<>> rules_;
};

/// Whether one of these rules covers a request.
[[nodiscard]] bool covers(const std::vector<std::string>& rules, std::string_view method,
                          std::string_view path);

/// Whether `rule` is a method and a path, as covers takes it.
[[nodiscard]] bool is_call_rule(std::string_view rule);

}  // namespace pindus::broker
