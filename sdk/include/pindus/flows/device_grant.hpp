#pragma once

#include <algorithm>
#include <array>
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
/// Manifest options: those of OAuthClient, and `device_code_url`, `scope`, `prompt`.
class DeviceGrantFlow {
 public:
  static constexpr std::array own_options = {
      option("device_code_url", "the device authorization endpoint (RFC 8628 section 3.1)"),
      option("scope", "what is asked for, names separated by blanks"),
      option("prompt",
             "what the server asks the person for in any case, such as consent or "
             "login (OpenID Connect)"),
  };
  static constexpr auto options = joined(OAuthClient::options, own_options);
  /// Of whoever only calls authorize(), with a client that only sends requests.
  static constexpr auto authorize_options = joined(OAuthClient::request_options, own_options);

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
    PINDUS_TRY(const std::string prompt, session_.option("prompt", ""));
    Fields fields;
    if (!scope.empty()) fields.emplace_back("scope", scope);
    if (!prompt.empty()) fields.emplace_back("prompt", prompt);
    client.add_resources(fields);
    PINDUS_TRY(const OAuthAnswer answer,
               client.post_patiently(device_code_url, fields, FormFormat::urlencoded));
    if (!answer.error.empty()) return refuse(session_, answer);
    PINDUS_TRY(const Secret device_code, required(answer, "device_code"));
    PINDUS_TRY(Waiting waiting, show(answer));

    const Fields poll =
        client.token_fields({{"grant_type", "urn:ietf:params:oauth:grant-type:device_code"},
                             {"device_code", device_code}});
    return wait_for_approval(client, token_url, poll, waiting);
  }

 private:
  struct Waiting {
    int64_t interval_s;          // as the server wants it
    int64_t deadline_ms;         // by the clock that only goes forward
    int64_t outage_pause_s = 0;  // longer than the interval while the server is away; else 0
  };

  Result<Secret> required(const OAuthAnswer& answer, std::string_view name) const {
    PINDUS_TRY(auto found, string_member(session_, answer, name));
    if (found) return std::move(*found);
    return session_.fail(PINDUS_PROTOCOL,
                         answer.host + " sent no \"" + std::string(name) + "\" for the device");
  }

  Result<Waiting> show(const OAuthAnswer& answer) const {
    constexpr int64_t default_interval_s = 5;           // RFC 8628 section 3.2
    constexpr int64_t default_lifetime_s = 900;         // where the server breaks it and says none
    constexpr int64_t longest_lifetime_s = 24L * 3600;  // nobody comes back later than that
    constexpr int64_t longest_interval_s = 300;
    PINDUS_TRY(const auto interval, seconds_member(session_, answer, "interval"));
    PINDUS_TRY(const auto expires_in, seconds_member(session_, answer, "expires_in"));
    const int64_t lifetime_s = std::clamp<int64_t>(expires_in.value_or(0), 0, longest_lifetime_s);
    PINDUS_TRY(const int64_t now_ms, session_.monotonic_ms());
    PINDUS_CHECK(show_code(answer, lifetime_s));
    return Waiting{
        std::clamp(interval.value_or(default_interval_s), int64_t{1}, longest_interval_s),
        now_ms + (lifetime_s > 0 ? lifetime_s : default_lifetime_s) * 1000};
  }

  Status show_code(const OAuthAnswer& answer, int64_t lifetime_s) const {
    PINDUS_TRY(const Secret user_code, required(answer, "user_code"));
    PINDUS_TRY(const std::string code_text, user_code.text());
    std::string_view name = "verification_uri";
    PINDUS_TRY(auto address, string_member(session_, answer, name));
    if (!address) {
      // The draft's name for it, which some servers kept.
      PINDUS_TRY(address, string_member(session_, answer, "verification_url"));
      if (address) name = "verification_url";
    }
    if (!address) {
      PINDUS_TRY(address, required(answer, name));
    }
    PINDUS_TRY(const std::string uri, address->text());
    PINDUS_TRY(const auto complete, string_member(session_, answer, "verification_uri_complete",
                                                  WrongType::counts_as_missing));
    if (complete) {
      PINDUS_TRY(const std::string complete_uri, complete->text());
      const Status shown = session_.show_device_code({code_text, uri, complete_uri, lifetime_s});
      if (shown.code() != PINDUS_INVALID_ARGUMENT) return shown;
    }
    const Status shown = session_.show_device_code({code_text, uri, {}, lifetime_s});
    if (shown.code() == PINDUS_INVALID_ARGUMENT) {
      return session_.fail(PINDUS_PROTOCOL, answer.host + " sent a \"" + std::string(name) +
                                                "\" that is not a web address: " + uri);
    }
    if (shown && complete) {
      session_.log(PINDUS_LOG_WARNING,
                   answer.host + " sent a \"verification_uri_complete\" that is not a web address");
    }
    return shown;
  }

  // RFC 8628 sections 3.4 and 3.5. The first request waits too, and the last one is at the end of
  // the code's life.
  Result<OAuthAnswer> wait_for_approval(const OAuthClient& client, const std::string& token_url,
                                        const Fields& poll, Waiting waiting) const {
    for (;;) {
      PINDUS_TRY(const int64_t before_ms, session_.monotonic_ms());
      const int64_t pause_ms = std::max(waiting.interval_s, waiting.outage_pause_s) * 1000;
      PINDUS_CHECK(session_.sleep_ms(std::min(pause_ms, waiting.deadline_ms - before_ms)));
      PINDUS_TRY(const int64_t asked_ms, session_.monotonic_ms());
      const bool is_last = asked_ms >= waiting.deadline_ms;
      Result<OAuthAnswer> answer = client.post(token_url, poll, FormFormat::urlencoded);
      if (is_outage(answer)) {
        if (is_last) return answer ? refuse(session_, *answer) : answer.error();
        wait_longer(host_of(token_url), waiting);
        continue;
      }
      if (!answer || answer->error.empty()) return answer;
      waiting.outage_pause_s = 0;
      if (answer->error == "slow_down") {
        PINDUS_TRY(const auto wanted, seconds_member(session_, *answer, "interval"));
        waiting.interval_s = std::max(waiting.interval_s + 5, wanted.value_or(0));
      } else if (answer->error != "authorization_pending") {
        return refused(*answer);
      }
      if (is_last) return expired();
    }
  }

  // Whatever may stand between here and the server for a while: no network, a server that can't
  // just now, the answer of a proxy or of a network's login page.
  static bool is_outage(const Result<OAuthAnswer>& answer) {
    if (answer) return is_passing(*answer) && answer->error != "slow_down";
    const int32_t code = answer.code();
    return code == PINDUS_NETWORK || code == PINDUS_TIMEOUT || code == PINDUS_UNAVAILABLE ||
           code == PINDUS_PROTOCOL || code == PINDUS_TOO_LARGE;
  }

  // Section 3.5 wants an exponential backoff; it is the outage's and ends with that.
  void wait_longer(const std::string& host, Waiting& waiting) const {
    constexpr int64_t longest_pause_s = 30;
    if (waiting.outage_pause_s == 0) {
      session_.progress(host + " can't be asked just now; it is tried again while the code lives");
    }
    waiting.outage_pause_s =
        std::min(2 * std::max(waiting.interval_s, waiting.outage_pause_s), longest_pause_s);
  }

  Error refused(const OAuthAnswer& answer) const {
    if (answer.error == "access_denied") {
      return session_.fail(
          PINDUS_DENIED,
          detail::with_detail("the code was refused at " + answer.host, answer.description));
    }
    if (answer.error == "expired_token") return expired(answer.description);
    return refuse(session_, answer);
  }

  Error expired(std::string_view description = {}) const {
    return session_.fail(
        PINDUS_EXPIRED, detail::with_detail("the code expired before it was approved", description),
        "start the sign-in again");
  }

  Session& session_;
};

}  // namespace pindus::sdk
