#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <pindus/flows/jwt.hpp>
#include <pindus/flows/server_answer.hpp>
#include <pindus/plugin.hpp>

namespace pindus::sdk {

/// An OAuth client (RFC 6749) as the manifest describes it: `client_id`, `client_secret`,
/// `token_url`, `token_body` (form or json), `revoke_url`, `revoke_body`, `account_claim`,
/// `permanent_errors`. Every grant ends here: in a token request and a record.
class OAuthClient {
 public:
  static Result<OAuthClient> from_manifest(const Session& session) {
    PINDUS_TRY(std::string id, session.option("client_id"));
    PINDUS_TRY(std::string secret, session.option("client_secret", ""));
    PINDUS_CHECK(check_account_claim(session));
    return OAuthClient(session, std::move(id), std::move(secret));
  }

  [[nodiscard]] const std::string& id() const { return id_; }

  /// Adds client_id, and client_secret where there is one (RFC 6749 section 2.3.1). The fields
  /// borrow from this object.
  void identify(Fields& fields) const {
    fields.emplace_back("client_id", id_);
    if (!secret_.empty()) fields.emplace_back("client_secret", secret_);
  }

  /// Posts to an endpoint and reads its answer, which may hold an OAuth error. `if_lost` as for
  /// read_answer.
  Result<OAuthAnswer> post(const std::string& url, const Fields& fields, FormFormat format,
                           std::string_view if_lost = {}) const {
    PINDUS_TRY(const Response response, send(url, fields, format));
    return read_answer(*session_, url, response, if_lost);
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

  /// The token endpoint (RFC 6749 section 3.2). An OAuth error fails the session. `if_lost` as for
  /// read_answer.
  Result<OAuthAnswer> request_token(const Fields& fields, std::string_view if_lost = {}) const {
    PINDUS_TRY(const std::string url, session_->option("token_url"));
    PINDUS_TRY(const FormFormat body, format("token_body"));
    return without_error(post(url, fields, body, if_lost));
  }

  /// The same for a grant that a person has just given: a server that can't just now and says for
  /// how long, up to 5 s, is asked once more. On a refresh the host does that.
  Result<OAuthAnswer> request_first_token(const Fields& fields) const {
    PINDUS_TRY(const std::string url, session_->option("token_url"));
    PINDUS_TRY(const FormFormat body, format("token_body"));
    PINDUS_TRY(const Response response, send(url, fields, body));
    const std::optional<int64_t> pause_s = short_pause(*session_, response);
    Result<OAuthAnswer> answer = read_answer(*session_, url, response);
    const bool may_pass = answer ? is_passing(*answer) : answer.code() == PINDUS_UNAVAILABLE;
    if (!may_pass || !pause_s) return without_error(std::move(answer));
    PINDUS_CHECK(session_->sleep_ms(*pause_s * 1000));
    return without_error(post(url, fields, body));
  }

  /// RFC 6749 section 6, to the record's end. Members that the answer lacks stay as they are.
  Status refresh() const {
    PINDUS_TRY(const std::optional<Secret> token, session_->stored("refresh").if_found());
    if (!token) {
      return session_->fail(PINDUS_REJECTED, "the account has no refresh token", "sign in again");
    }
    Fields fields{{"grant_type", "refresh_token"}};
    identify(fields);
    fields.emplace_back("refresh_token", *token);
    PINDUS_TRY(const OAuthAnswer answer, request_token(fields, may_be_used_up));
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
    Fields fields{{"token", *token}, {"token_type_hint", hint}};
    identify(fields);
    PINDUS_TRY(const Response response, send(*url, fields, body));
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
    PINDUS_CHECK(access ? keep_lifetime(*access, expires_in)
                        : keep_old_access(answer, refresh.has_value(), expires_in));
    return session_->commit();
  }

 private:
  static constexpr std::string_view may_be_used_up = "the refresh token may be used up by it";

  OAuthClient(const Session& session, std::string id, std::string secret)
      : session_(&session), id_(std::move(id)), secret_(std::move(secret)) {}

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

  Result<OAuthAnswer> without_error(Result<OAuthAnswer> answer) const {
    if (answer && !answer->error.empty()) return refuse(*session_, *answer);
    return answer;
  }

  Result<Response> send(const std::string& url, const Fields& fields, FormFormat format) const {
    PINDUS_TRY(const Secret body, session_->encode_form(fields, format));
    const char* type =
        format == FormFormat::json ? "application/json" : "application/x-www-form-urlencoded";
    return session_->post(url, {{"Content-Type", type}, {"Accept", "application/json"}}, body);
  }

  // The access token's own end, for servers that don't say it beside the token. A new token's
  // life is counted from its own issue, so that a wrong clock here does no harm.
  Status keep_lifetime(const Secret& access, std::optional<int64_t> expires_in) const {
    if (expires_in) return session_->set_lifetime(*expires_in);
    PINDUS_TRY(const auto claims, jwt_claims(*session_, access));
    if (!claims) return {};
    const Result<int64_t> end = detail::seconds_at(*claims, "/exp");
    if (!end) return {};
    const Result<int64_t> issued = detail::seconds_at(*claims, "/iat");
    PINDUS_TRY(const int64_t now_ms, session_->now_ms());
    return session_->set_lifetime(lifetime(*end, issued ? *issued : now_ms / 1000));
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
      if (expires_in) return session_->set_lifetime(*expires_in);
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
  std::string id_;
  std::string secret_;
};

}  // namespace pindus::sdk
