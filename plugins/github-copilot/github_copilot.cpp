#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <pindus/flows/device_grant.hpp>

namespace {

using pindus::sdk::Fields;
using pindus::sdk::OAuthAnswer;
using pindus::sdk::OAuthClient;
using pindus::sdk::option;
using pindus::sdk::Response;
using pindus::sdk::Result;
using pindus::sdk::Secret;
using pindus::sdk::Session;
using pindus::sdk::Status;

/// GitHub's device grant, then the exchange of the GitHub token for a Copilot token. The record's
/// `refresh` is the GitHub token, which doesn't change; a refresh is the exchange again.
///
/// Options: those of the device grant's requests, `access_token_url`, `exchange_url`,
/// `exchange_headers` (lines of "Name: value"). Question: `enterpriseUrl`.
class GithubCopilot {
 public:
  static constexpr auto options = pindus::sdk::joined(
      pindus::sdk::DeviceGrantFlow::authorize_options,
      std::array{
          option("access_token_url", "GitHub's token endpoint"),
          option("exchange_url", "where a GitHub token is traded for a Copilot token"),
          option("exchange_headers",
                 "the header fields of that request, one \"Name: value\" a line"),
      });

  explicit GithubCopilot(Session& session) : session_(session), device_(session) {}

  Status sign_in() {
    PINDUS_TRY(const OAuthClient client, OAuthClient::for_requests(session_));
    PINDUS_TRY(const std::string url, session_.option("access_token_url"));
    PINDUS_TRY(const OAuthAnswer answer, device_.authorize(client, url));
    PINDUS_TRY(const auto token, token_member(session_, answer, "access_token"));
    if (!token) return session_.fail(PINDUS_PROTOCOL, answer.host + " gave no access token");
    PINDUS_CHECK(session_.set("refresh", *token));
    return exchange(*token, Operation::sign_in);
  }

  Status refresh() {
    PINDUS_TRY(const auto token, session_.stored("refresh").if_found());
    if (token) return exchange(*token, Operation::refresh);
    return session_.fail(PINDUS_REJECTED, "the account has no GitHub token", "sign in again");
  }

 private:
  enum class Operation { sign_in, refresh };

  // A sign-in waits for a server that can't just now, as the host does on a refresh.
  Status exchange(const Secret& github_token, Operation operation) const {
    PINDUS_TRY(const std::string url, session_.option("exchange_url"));
    PINDUS_TRY(const std::string lines, session_.option("exchange_headers", ""));
    Fields headers{{"Authorization", {"Bearer ", github_token}}, {"Accept", "application/json"}};
    PINDUS_CHECK(add_headers(lines, headers));
    PINDUS_TRY(Response response, session_.get(url, headers));
    const auto pause_s = short_pause(session_, response);
    if (operation == Operation::sign_in && is_unavailable(session_, response) && pause_s) {
      PINDUS_CHECK(session_.sleep_ms(*pause_s * 1000));
      PINDUS_TRY(response, session_.get(url, headers));
    }
    PINDUS_CHECK(check_entitled(url, response));
    PINDUS_TRY(const OAuthAnswer answer, read_answer(session_, url, response));
    if (!answer.error.empty()) return refuse(session_, answer);

    PINDUS_TRY(const auto token, token_member(session_, answer, "token"));
    if (!token) return session_.fail(PINDUS_PROTOCOL, answer.host + " gave no Copilot token");
    PINDUS_TRY(const std::string base_url, base_url_of(answer, *token));
    PINDUS_CHECK(session_.set("access", *token));
    PINDUS_CHECK(session_.set("baseUrl", base_url));
    PINDUS_CHECK(keep_lifetime(answer));
    return session_.commit();
  }

  Status add_headers(std::string_view lines, Fields& headers) const {
    while (!lines.empty()) {
      const std::string_view line = lines.substr(0, lines.find('\n'));
      lines.remove_prefix(std::min(line.size() + 1, lines.size()));
      if (line.empty()) continue;
      const size_t colon = line.find(':');
      const size_t value = line.find_first_not_of(' ', colon == line.npos ? colon : colon + 1);
      if (value == std::string_view::npos) {
        return session_.fail(PINDUS_INVALID_ARGUMENT,
                             "the manifest's option \"exchange_headers\" has a line that is not "
                             "\"Name: value\"");
      }
      headers.emplace_back(line.substr(0, colon), line.substr(value));
    }
    return {};
  }

  Status check_entitled(std::string_view url, const Response& response) const {
    if (is_unavailable(session_, response)) return {};  // read_answer says so
    const std::string host = pindus::sdk::host_of(url);
    const int32_t status = response.status;
    // What answers these two with a page is a proxy.
    if ((status == 403 || status == 404) && !is_json_object(response)) return {};
    switch (status) {
      case 401:
        return session_.fail(PINDUS_REJECTED, host + " does not accept the GitHub token (HTTP 401)",
                             "sign in again");
      case 403:
        return session_.fail(PINDUS_DENIED,
                             host + " has no Copilot for this GitHub account (HTTP 403)",
                             "see https://github.com/settings/copilot with that account");
      case 404:
        return session_.fail(
            PINDUS_REJECTED,
            host + " gives no Copilot token for this kind of GitHub token (HTTP 404)",
            "sign in again, with a client id that Copilot knows");
      default: return {};
    }
  }

  bool is_json_object(const Response& response) const {
    const auto json = session_.parse_json(response.body);
    const auto type = json ? json->type("") : Result<uint32_t>(json.error());
    return type && *type == PINDUS_JSON_OBJECT;
  }

  // refresh_in doesn't depend on this computer's clock; the minute more is what GitHub's own
  // clients leave between a refresh and the end.
  Status keep_lifetime(const OAuthAnswer& answer) const {
    PINDUS_TRY(const auto refresh_in, seconds_member(session_, answer, "refresh_in"));
    if (refresh_in) return session_.set_lifetime(*refresh_in + 60, answer.headers);
    PINDUS_TRY(const auto expires_at, seconds_member(session_, answer, "expires_at"));
    if (!expires_at) return {};
    return session_.set_end(*expires_at * 1000);
  }

  Result<std::string> base_url_of(const OAuthAnswer& answer, const Secret& token) const {
    const Result<std::string> told = answer.json.text("/endpoints/api");
    if (told && told->starts_with("http")) return *told;
    std::string proxy;
    const auto find_proxy = [&](std::string_view text) {
      constexpr std::string_view name = "proxy-ep=";
      const size_t at = text.find(name);
      if (at == std::string_view::npos) return;
      text.remove_prefix(at + name.size());
      proxy = text.substr(0, text.find(';'));
    };
    PINDUS_CHECK(token.view(find_proxy));
    if (!proxy.empty()) {
      constexpr std::string_view prefix = "proxy.";
      if (proxy.starts_with(prefix)) proxy.replace(0, prefix.size(), "api.");
      return "https://" + proxy;
    }
    PINDUS_TRY(const auto enterprise, session_.answer("enterpriseUrl").if_found());
    if (enterprise && !enterprise->empty() && *enterprise != "github.com") {
      return "https://copilot-api." + *enterprise;
    }
    return std::string("https://api.individual.githubcopilot.com");
  }

  Session& session_;
  pindus::sdk::DeviceGrantFlow device_;
};

}  // namespace

PINDUS_PLUGIN("github-copilot", PLUGIN_VERSION, GithubCopilot)
