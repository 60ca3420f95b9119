#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pindus/flows/client_authentication.hpp>
#include <pindus/flows/jwt.hpp>
#include <pindus/flows/server_answer.hpp>
#include <pindus/plugin.hpp>

namespace pindus::sdk {

/// An OAuth client (RFC 6749) as the manifest describes it: the options of ClientAuthentication,
/// and `token_url`, `token_body` (form or json), `resource`, `token_params`, `revoke_url`,
/// `revoke_body`, `account_claim`, `permanent_errors`. Every grant ends here: in a token request
/// and a record.
class OAuthClient {
 public:
  static constexpr auto request_options = joined(
      ClientAuthentication::options,
      std::array{
          option("token_params", "more parameters for token requests, as a query string"),
          option("resource",
                 "for what the token is wanted (RFC 8707): an absolute URI, or several, separated "
                 "by blanks, where the server allows that"),
      });
  static constexpr auto options = joined(
      request_options,
      std::array{
          option("token_url", "the token endpoint (RFC 6749 section 3.2)"),
          option("token_body", "how its requests are written: form (as a rule) or json"),
          option("revoke_url", "the revocation endpoint (RFC 7009), for sign-outs"),
          option("revoke_body", "how its requests are written: form or json"),
          option("account_claim", "a JSON pointer to the account's id in the claims of a token"),
          option("permanent_errors",
                 "the OAuth errors, separated by blanks, after which a refresh is "
                 "not tried again; all others pass"),
      });

  /// `usual_token_auth` is for ClientAuthentication::from_manifest.
  static Result<OAuthClient> from_manifest(const Session& session,
                                           std::string_view usual_token_auth = {}) {
    PINDUS_CHECK(check_account_claim(session));
    return for_requests(session, usual_token_auth);
  }

  /// A client that only sends requests, to endpoints that a plugin knows, which also reads their
  /// answers: of the options only `request_options`.
  static Result<OAuthClient> for_requests(const Session& session,
                                          std::string_view usual_token_auth = {}) {
    PINDUS_TRY(auto authentication, ClientAuthentication::from_manifest(session, usual_token_auth));
    OAuthClient client(session, std::move(authentication));
    PINDUS_CHECK(client.read_resources());
    PINDUS_CHECK(client.read_token_params());
    return client;
  }

  [[nodiscard]] const std::string& id() const { return authentication_.id(); }

  /// Adds a `resource` for each that is asked for (RFC 8707 section 2). The fields borrow from this
  /// object.
  void add_resources(Fields& fields) const {
    for (const std::string& resource : resources_) fields.emplace_back("resource", resource);
  }

  /// A grant's fields, and what each token request of this client has beside them. They borrow from
  /// this object.
  [[nodiscard]] Fields token_fields(Fields grant) const {
    add_resources(grant);
    for (const auto& [name, value] : token_params_) grant.emplace_back(name, value);
    return grant;
  }

  /// Posts to an endpoint as this client and reads its answer, which may hold an OAuth error.
  /// `if_lost` as for read_answer.
  Result<OAuthAnswer> post(const std::string& url, const Fields& fields, FormFormat format,
                           std::string_view if_lost = {}) const {
    PINDUS_TRY(const Response response, send(url, fields, format));
    return read_answer(*session_, url, response, if_lost);
  }

  /// The same where a person waits for the answer: a server that can't just now and says for how
  /// long, up to 5 s, is asked once more. On a refresh the host does that.
  Result<OAuthAnswer> post_patiently(const std::string& url, const Fields& fields,
                                     FormFormat format) const {
    PINDUS_TRY(const Response response, send(url, fields, format));
    const std::optional<int64_t> pause_s = short_pause(*session_, response);
    Result<OAuthAnswer> answer = read_answer(*session_, url, response);
    const bool may_pass = answer ? is_passing(*answer) : answer.code() == PINDUS_UNAVAILABLE;
    if (!may_pass || !pause_s) return answer;
    PINDUS_CHECK(session_->sleep_ms(*pause_s * 1000));
    return post(url, fields, format);
  }

  /// The format that an option ("token_body", "revoke_body") asks for.
  Result<FormFormat> format(std::string_view option) const {
    PINDUS_TRY(const std::string value, session_->option(option, "form"));
    const std::string_view name = value;  // g++ 12 finds the string uninitialized at -O2
    if (name == "form") return FormFormat::urlencoded;
    if (name == "json") return FormFormat::json;
    return session_->fail(
        PINDUS_INVALID_ARGUMENT,
        "the manifest's option \"" + std::string(option) + "\" is neither form nor json");
  }

  /// The token endpoint (RFC 6749 section 3.2): the grant's fields, and what each token request of
  /// this client has. An OAuth error fails the session. `if_lost` as for read_answer.
  Result<OAuthAnswer> request_token(const Fields& grant, std::string_view if_lost = {}) const {
    PINDUS_TRY(const std::string url, session_->option("token_url"));
    PINDUS_TRY(const FormFormat body, format("token_body"));
    return without_error(grant, post(url, token_fields(grant), body, if_lost));
  }

  /// The same for a grant that a person has just given: with post_patiently.
  Result<OAuthAnswer> request_first_token(const Fields& grant) const {
    PINDUS_TRY(const std::string url, session_->option("token_url"));
    PINDUS_TRY(const FormFormat body, format("token_body"));
    return without_error(grant, post_patiently(url, token_fields(grant), body));
  }

  /// RFC 6749 section 6, to the record's end. Members that the answer lacks stay as they are.
  Status refresh() const {
    PINDUS_TRY(const std::optional<Secret> token, session_->stored("refresh").if_found());
    if (!token) {
      return session_->fail(PINDUS_REJECTED, "the account has no refresh token", "sign in again");
    }
    PINDUS_TRY(const OAuthAnswer answer,
               request_token({{"grant_type", "refresh_token"}, {"refresh_token", *token}},
                             may_be_used_up));
    return keep(answer);
  }

  /// RFC 7009. The refresh token, with which the server ends the access token too; else that one.
  Status revoke() const {
    PINDUS_TRY(const auto url, session_->option_if_set("revoke_url"));
    if (!url) return Error{PINDUS_UNSUPPORTED};
    PINDUS_TRY(const FormFormat body, format("revoke_body"));
    std::string_view hint = "refresh_token";
    PINDUS_TRY(std::optional<Secret> token, session_->stored("refresh").if_found());
    if (!token) {
      hint = "access_token";
      PINDUS_TRY(token, session_->stored("access"));
    }
    PINDUS_TRY(const Response response,
               send(*url, {{"token", *token}, {"token_type_hint", hint}}, body));
    if (response.status >= 200 && response.status < 300) return {};  // its body means nothing
    PINDUS_TRY(const OAuthAnswer answer, read_answer(*session_, *url, response));
    return refuse(*session_, answer);
  }

  /// Puts a token answer (RFC 6749 section 5.1) into the record and commits it. A token that can be
  /// used is kept whatever stands beside it, and whatever is missing there.
  Status keep(const OAuthAnswer& answer) const {
    PINDUS_TRY(const auto access, token_member(*session_, answer, "access_token"));
    PINDUS_TRY(const auto refresh, token_member(*session_, answer, "refresh_token"));
    PINDUS_TRY(const auto id_token, token_member(*session_, answer, "id_token"));
    PINDUS_TRY(const auto expires_in, seconds_member(*session_, answer, "expires_in"));
    if (access) PINDUS_CHECK(session_->set("access", *access));
    if (refresh) PINDUS_CHECK(session_->set("refresh", *refresh));
    PINDUS_CHECK(keep_account(id_token, access));
    PINDUS_CHECK(access ? keep_lifetime(answer, *access, expires_in)
                        : keep_old_access(answer, refresh.has_value(), expires_in));
    return session_->commit();
  }

 private:
  static constexpr std::string_view may_be_used_up = "the refresh token may be used up by it";

  OAuthClient(const Session& session, ClientAuthentication authentication)
      : session_(&session), authentication_(std::move(authentication)) {}

  Status read_resources() {
    PINDUS_TRY(const std::string list, session_->option("resource", ""));
    std::string_view left = list;
    while (!left.empty()) {
      const std::string_view one = left.substr(0, left.find(' '));
      left.remove_prefix(std::min(one.size() + 1, left.size()));
      if (!one.empty()) resources_.emplace_back(one);
    }
    if (resources_.size() < 2) return {};
    PINDUS_TRY(const FormFormat body, format("token_body"));
    if (body == FormFormat::urlencoded) return {};
    return session_->fail(PINDUS_INVALID_ARGUMENT,
                          "the manifest's option \"resource\" names several, and a JSON object "
                          "has but one member of that name",
                          "name one, or leave the option \"token_body\" out");
  }

  // Parsed here, so that they fit a body of either format.
  Status read_token_params() {
    PINDUS_TRY(const std::string params, session_->option("token_params", ""));
    std::string_view left = params;
    while (!left.empty()) {
      const std::string_view one = left.substr(0, left.find('&'));
      left.remove_prefix(std::min(one.size() + 1, left.size()));
      const std::string name(one.substr(0, one.find('=')));
      Result<Secret> value = session_->form_field(one, name);
      if (!value) {
        return session_->fail(PINDUS_INVALID_ARGUMENT,
                              "the manifest's option \"token_params\" is not a query string",
                              "write it as in audience=https%3A%2F%2Fapi.example.com");
      }
      token_params_.emplace_back(name, std::move(*value));
    }
    return {};
  }

  // Before anything is asked of the server, whose answer a mistake in the manifest would throw
  // away.
  static Status check_account_claim(const Session& session) {
    PINDUS_TRY(const auto pointer, session.option_if_set("account_claim"));
    if (!pointer) return {};
    PINDUS_TRY(const Json nothing, session.parse_json("{}"));
    if (nothing.type(*pointer).code() != PINDUS_INVALID_ARGUMENT) return {};
    return session.fail(PINDUS_INVALID_ARGUMENT,
                        "the manifest's option \"account_claim\" is not a JSON pointer",
                        "it begins with \"/\"; a \"/\" in a name is written \"~1\"");
  }

  Result<OAuthAnswer> without_error(const Fields& grant, Result<OAuthAnswer> answer) const {
    if (!answer || answer->error.empty()) return answer;
    const bool is_signed = std::any_of(grant.begin(), grant.end(), [](const Field& field) {
      return std::string_view(field.raw.name.data, field.raw.name.size) == "assertion";
    });
    if (is_signed || authentication_.signs()) PINDUS_CHECK(check_clock(*session_, *answer));
    return refuse(*session_, *answer);
  }

  Result<Response> send(const std::string& url, Fields fields, FormFormat format) const {
    const char* type =
        format == FormFormat::json ? "application/json" : "application/x-www-form-urlencoded";
    Fields headers{{"Content-Type", type}, {"Accept", "application/json"}};
    PINDUS_TRY(const auto proof, authentication_.proof());
    authentication_.add_to(fields, headers, proof);
    PINDUS_TRY(const Secret body, session_->encode_form(fields, format));
    return session_->post(url, headers, body);
  }

  // The access token's own end, for servers that don't say it beside the token. A new token's
  // life is counted from its own issue, so that a wrong clock here does no harm.
  Status keep_lifetime(const OAuthAnswer& answer, const Secret& access,
                       std::optional<int64_t> expires_in) const {
    if (expires_in) return session_->set_lifetime(*expires_in, answer.headers);
    PINDUS_TRY(const auto claims, jwt_claims(*session_, access));
    if (!claims) return {};
    const Result<int64_t> end = detail::seconds_at(*claims, "/exp");
    if (!end) return {};
    const Result<int64_t> issued = detail::seconds_at(*claims, "/iat");
    PINDUS_TRY(const int64_t now_ms, session_->now_ms());
    return session_->set_lifetime(lifetime(*end, issued ? *issued : now_ms / 1000), answer.headers);
  }

  // A refresh may leave the access token out where the old one goes on. Where that is over, a new
  // refresh token is kept all the same: the one that was sent is used up.
  Status keep_old_access(const OAuthAnswer& answer, bool has_refresh,
                         std::optional<int64_t> expires_in) const {
    PINDUS_TRY(const std::optional<Secret> old, session_->stored("access").if_found());
    PINDUS_TRY(const std::optional<Secret> sent, session_->stored("refresh").if_found());
    const Result<uint32_t> type = answer.json.type("/access_token");
    const bool is_left_out = !type || *type == PINDUS_JSON_NULL;
    if (old && is_left_out) {
      if (expires_in) return session_->set_lifetime(*expires_in, answer.headers);
      PINDUS_TRY(const auto claims, jwt_claims(*session_, *old));
      int64_t end = 0;
      if (claims) {
        const Result<int64_t> said = detail::seconds_at(*claims, "/exp");
        if (said) end = *said;
      }
      PINDUS_TRY(const int64_t now_ms, session_->now_ms());
      if (end > now_ms / 1000) return session_->set_lifetime(lifetime(end, now_ms / 1000));
    }
    if (sent && has_refresh) return {};  // the host says what is missing
    const char* what =
        is_left_out ? " gave no access token" : " sent no access token that can be one";
    return session_->fail(
        PINDUS_PROTOCOL,
        detail::with_consequence(answer.host + what, sent ? may_be_used_up : std::string_view()));
  }

  static int64_t lifetime(int64_t end, int64_t start) {
    constexpr int64_t century = int64_t{100} * 365 * 24 * 3600;
    if (end <= start || start < 0) return 0;
    return std::min(end - start, century);
  }

  // `account_claim` is an RFC 6901 pointer into the claims.
  Status keep_account(const std::optional<Secret>& id_token,
                      const std::optional<Secret>& access) const {
    PINDUS_TRY(const auto pointer, session_->option_if_set("account_claim"));
    if (!pointer) return {};
    for (const auto* token : {&id_token, &access}) {
      if (!*token) continue;
      PINDUS_TRY(const auto claims, jwt_claims(*session_, **token));
      if (!claims) continue;
      const Result<Secret> account = claims->secret(*pointer);
      if (!account) continue;
      if (session_->set("accountId", *account)) return {};
      session_->log(PINDUS_LOG_WARNING, "the account's id in the token can't be stored");
    }
    return {};
  }

  const Session* session_;
  ClientAuthentication authentication_;
  std::vector<std::string> resources_;
  std::vector<std::pair<std::string, Secret>> token_params_;
};

}  // namespace pindus::sdk
