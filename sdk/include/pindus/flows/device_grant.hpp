#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <pindus/flows/oauth_client.hpp>
#include <pindus/plugin.hpp>

namespace pindus::sdk {

/// The device authorization grant (RFC 8628): the person approves a code on any device.
///
/// Manifest options: those of OAuthClient, and `device_code_url`, `scope`.
class DeviceGrantFlow {
 public:
  explicit DeviceGrantFlow(Session& session) : session_(session) {}

  Status sign_in() {
    PINDUS_TRY(const OAuthClient client, OAuthClient::from_manifest(session_));
    PINDUS_TRY(const std::string token_url, session_.option("token_url"));
    PINDUS_TRY(const OAuthAnswer answer, authorize(client, token_url));
    return client.keep(answer);
  }

  Status refresh() {
    PINDUS_TRY(const OAuthClient client, OAuthClient::from_manifest(session_));
    return client.refresh();
  }

  Status revoke() {
    PINDUS_TRY(const OAuthClient client, OAuthClient::from_manifest(session_));
    return client.revoke();
  }

  /// Shows a code and waits until it is approved: the token endpoint's answer. For plugins that go
  /// on from there.
  Result<OAuthAnswer> authorize(const OAuthClient& client, const std::string& token_url) {
    PINDUS_TRY(const std::string device_code_url, session_.option("device_code_url"));
    PINDUS_TRY(const std::string scope, session_.option("scope", ""));
    Fields fields;
    client.identify(fields);
    if (!scope.empty()) fields.emplace_back("scope", scope);
    PINDUS_TRY(const OAuthAnswer answer,
               client.post(device_code_url, fields, FormFormat::urlencoded));
    if (!answer.error.empty()) return refuse(session_, answer);
    PINDUS_TRY(const Secret device_code, required(answer, "device_code"));
    PINDUS_TRY(Waiting waiting, show(answer));

    Fields poll{{"grant_type", "urn:ietf:params:oauth:grant-type:device_code"}};
    client.identify(poll);
    poll.emplace_back("device_code", device_code);
    return wait_for_approval(client, token_url, poll, waiting);
  }

 private:
  struct Waiting {
    int64_t interval_s;
    int64_t deadline_ms;  // by the clock that only goes forward
  };

  Result<Secret> required(const OAuthAnswer& answer, std::string_view name) const {
    PINDUS_TRY(auto found, string_member(session_, answer, name));
    if (found) return std::move(*found);
    return session_.fail(PINDUS_PROTOCOL,
                         answer.host + " sent no \"" + std::string(name) + "\" for the device");
  }

  Result<Waiting> show(const OAuthAnswer& answer) const {
    constexpr int64_t default_interval_s = 5;    // RFC 8628 section 3.2
    constexpr int64_t default_lifetime_s = 900;  // where the server breaks it and says none
    constexpr int64_t longest_interval_s = 300;
    PINDUS_TRY(const auto interval, seconds_member(session_, answer, "interval"));
    PINDUS_TRY(const auto expires_in, seconds_member(session_, answer, "expires_in"));
    PINDUS_TRY(const Secret user_code, required(answer, "user_code"));
    PINDUS_TRY(const std::string code_text, user_code.text());
    PINDUS_TRY(auto address, string_member(session_, answer, "verification_uri"));
    if (!address) {
      // The draft's name for it, which some servers kept.
      PINDUS_TRY(address, required(answer, "verification_url"));
    }
    PINDUS_TRY(const std::string uri, address->text());
    PINDUS_TRY(const auto complete, string_member(session_, answer, "verification_uri_complete"));
    std::string complete_uri;
    if (complete) {
      PINDUS_TRY(complete_uri, complete->text());
    }
    PINDUS_TRY(const int64_t now_ms, session_.monotonic_ms());
    PINDUS_CHECK(session_.show_code({code_text, uri, complete_uri, expires_in.value_or(0)}));
    const int64_t lifetime_s = expires_in.value_or(default_lifetime_s);
    return Waiting{
        std::clamp(interval.value_or(default_interval_s), int64_t{1}, longest_interval_s),
        now_ms + lifetime_s * 1000};
  }

  // RFC 8628 sections 3.4 and 3.5. The first request waits too.
  Result<OAuthAnswer> wait_for_approval(const OAuthClient& client, const std::string& token_url,
                                        const Fields& poll, Waiting waiting) const {
    for (;;) {
      PINDUS_TRY(const int64_t before_ms, session_.monotonic_ms());
      const int64_t left_ms = waiting.deadline_ms - before_ms;
      PINDUS_CHECK(session_.sleep_ms(std::min(waiting.interval_s * 1000, left_ms)));
      PINDUS_TRY(const int64_t now_ms, session_.monotonic_ms());
      if (now_ms >= waiting.deadline_ms) {
        return session_.fail(PINDUS_EXPIRED, "the code expired before it was approved",
                             "start the sign-in again");
      }
      Result<OAuthAnswer> answer = client.post(token_url, poll, FormFormat::urlencoded);
      if (!answer) {
        if (!is_passing(answer.code())) return answer;
        waiting.interval_s *= 2;  // section 3.5 wants an exponential backoff
        continue;
      }
      if (answer->error.empty()) return answer;
      if (answer->error == "slow_down") {
        PINDUS_TRY(const auto wanted, seconds_member(session_, *answer, "interval"));
        waiting.interval_s = std::max(waiting.interval_s + 5, wanted.value_or(0));
      } else if (answer->error != "authorization_pending") {
        return refused(*answer);
      }
    }
  }

  static bool is_passing(int32_t code) {
    return code == PINDUS_NETWORK || code == PINDUS_TIMEOUT || code == PINDUS_UNAVAILABLE;
  }

  Error refused(const OAuthAnswer& answer) const {
    if (answer.error == "access_denied") {
      return session_.fail(PINDUS_DENIED, "the code was refused at " + answer.host);
    }
    if (answer.error == "expired_token") {
      return session_.fail(PINDUS_EXPIRED, "the code expired before it was approved",
                           "start the sign-in again");
    }
    return refuse(session_, answer);
  }

  Session& session_;
};

}  // namespace pindus::sdk
