#pragma once

#include <array>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <pindus/flows/oauth_client.hpp>
#include <pindus/flows/pasted_answer.hpp>
#include <pindus/plugin.hpp>

namespace pindus::sdk {

/// The authorization code grant with PKCE (RFC 6749 section 4.1, RFC 7636) for a program without a
/// server of its own: the person pastes what the last page shows, or its address, and is asked
/// again where it is something else.
///
/// Manifest options: those of OAuthClient, and `authorize_url`, `authorize_params` (a query string
/// of extra parameters), `redirect_uri`, `scope`, `prompt`, `exchange_state` ("true" sends state in
/// the exchange), `issuer` (what `iss` in the answer must be, RFC 9207; without it, `iss` must be
/// of the same origin as authorize_url or token_url), `iss_required` ("true" refuses an answer
/// without `iss`).
class AuthorizationCodeFlow {
 public:
  static constexpr auto options = joined(
      OAuthClient::options,
      std::array{
          option("authorize_url", "where the person consents (RFC 6749 section 3.1)"),
          option("authorize_params", "more parameters for it, as a query string"),
          option("redirect_uri", "where the server sends the browser afterwards, as registered"),
          option("scope", "what is asked for, names separated by blanks"),
          option("prompt",
                 "what the server asks the person for in any case: login, consent, select_account "
                 "(OpenID Connect Core section 3.1.2.1)"),
          option("exchange_state", "true: state is sent with the code, too"),
          option("issuer", "what iss in the answer must be (RFC 9207)"),
          option("iss_required", "true: an answer without iss is refused"),
      });

  explicit AuthorizationCodeFlow(Session& session) : session_(session) {}

  Status sign_in() {
    PINDUS_TRY(const OAuthClient client, OAuthClient::from_manifest(session_));
    PINDUS_TRY(const std::string redirect_uri, session_.option("redirect_uri", ""));
    PINDUS_TRY(const Secret verifier, random_text());
    PINDUS_TRY(const Secret state, random_text());
    PINDUS_TRY(const std::string url, authorization_url(client, redirect_uri, verifier, state));
    PINDUS_CHECK(session_.open_url(url));
    session_.progress(
        "The last page of the sign-in may fail to load: its address is then what to paste.");
    PINDUS_TRY(const Secret code, ask_code(state));

    Fields fields{{"grant_type", "authorization_code"}};
    fields.emplace_back("code", code);
    PINDUS_TRY(const std::string exchange_state, session_.option("exchange_state", "false"));
    if (exchange_state == "true") fields.emplace_back("state", state);
    if (!redirect_uri.empty()) fields.emplace_back("redirect_uri", redirect_uri);
    fields.emplace_back("code_verifier", verifier);
    PINDUS_TRY(const OAuthAnswer answer, client.request_first_token(fields));
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

 private:
  // 43 characters of the unreserved set, 256 bits (RFC 7636 section 4.1).
  Result<Secret> random_text() const {
    PINDUS_TRY(const Secret bytes, session_.random(32));
    return session_.encode(PINDUS_ENCODING_BASE64URL, bytes);
  }

  Result<std::string> authorization_url(const OAuthClient& client, const std::string& redirect_uri,
                                        const Secret& verifier, const Secret& state) const {
    PINDUS_TRY(std::string url, session_.option("authorize_url"));
    PINDUS_TRY(const std::string scope, session_.option("scope", ""));
    PINDUS_TRY(const std::string prompt, session_.option("prompt", ""));
    PINDUS_TRY(const std::string extra, session_.option("authorize_params", ""));
    PINDUS_TRY(const Secret digest, session_.digest(PINDUS_DIGEST_SHA256, verifier));
    PINDUS_TRY(const Secret challenge, session_.encode(PINDUS_ENCODING_BASE64URL, digest));
    Fields fields{{"response_type", "code"}, {"client_id", client.id()}};
    if (!redirect_uri.empty()) fields.emplace_back("redirect_uri", redirect_uri);
    if (!scope.empty()) fields.emplace_back("scope", scope);
    if (!prompt.empty()) fields.emplace_back("prompt", prompt);
    client.add_resources(fields);
    fields.emplace_back("code_challenge", challenge);
    fields.emplace_back("code_challenge_method", "S256");
    fields.emplace_back("state", state);
    PINDUS_TRY(const Secret query, session_.encode_form(fields, FormFormat::urlencoded));
    PINDUS_TRY(const std::string parameters, query.text());
    url.append(url.find('?') == std::string::npos ? "?" : "&").append(parameters);
    if (!extra.empty()) url.append("&").append(extra);
    return url;
  }

  // A person who pasted something else is told so and asked again: the consent still holds.
  Result<Secret> ask_code(const Secret& state) {
    PINDUS_TRY(const auto tries, session_.info(PINDUS_INFO_TRIES).if_found());
    for (int left = tries ? std::atoi(tries->c_str()) : 1;; --left) {
      PINDUS_TRY(const Secret pasted,
                 session_.ask(PINDUS_PROMPT_TEXT, "Paste the code, or the last page's address"));
      mistake_.clear();
      Result<Secret> code = checked_code(pasted, state);
      if (code || mistake_.empty() || left <= 1) return code;
      session_.progress(mistake_);
    }
  }

  // What another answer can mend.
  Error mistaken(int32_t code, std::string_view message, std::string_view mend) {
    mistake_.assign("That didn't work: ").append(message).append("; ").append(mend).append(".");
    return session_.fail(code, message, std::string("sign in again, and ").append(mend));
  }

  Result<Secret> checked_code(const Secret& pasted, const Secret& state) {
    PastedAnswer answer;
    const auto reader = [&](std::string_view text) { answer = take_apart(text); };
    PINDUS_CHECK(pasted.view(reader));
    if (!answer.json.empty()) return code_of_json(answer.json, state);
    if (!answer.parameters.empty()) return code_of_parameters(answer, state);
    PINDUS_TRY(const std::string redirect_uri, session_.option("redirect_uri", ""));
    const std::string host = host_of(redirect_uri);
    // Browsers hide the scheme, and some leave it out of what is copied.
    const bool begins_with_host = !host.empty() && answer.code.view().starts_with(host);
    if (answer.is_address_without_answer || begins_with_host) {
      return mistaken(PINDUS_PROTOCOL, "the pasted address has no code in it", paste_last_page);
    }
    if (answer.code.empty()) {
      return mistaken(PINDUS_CANCELLED, "nothing was pasted", paste_last_page);
    }
    if (!answer.state.empty()) PINDUS_CHECK(check_state(answer.state, state));
    PINDUS_CHECK(check_issuer(std::nullopt));
    return session_.secret(answer.code);
  }

  Result<Secret> code_of_parameters(const PastedAnswer& answer, const Secret& state) {
    if (detail::find_parameter(answer.parameters.view(), "response_type") !=
        std::string_view::npos) {
      return mistaken(PINDUS_PROTOCOL, "the pasted address is the one where the sign-in begins",
                      paste_last_page);
    }
    if (!answer.state.empty()) PINDUS_CHECK(check_state(answer.state, state));
    return code_among([&](std::string_view name) { return parameter(answer, name); }, state);
  }

  Result<Secret> code_of_json(const SensitiveText& text, const Secret& state) {
    Result<Json> json = session_.parse_json(text);
    if (!json && json.code() != PINDUS_PROTOCOL) return json.error();
    const auto member = [&](std::string_view name) -> Result<std::optional<Secret>> {
      if (!json) return std::optional<Secret>();
      Result<Secret> found = json->secret("/" + std::string(name));
      if (found.code() == PINDUS_PROTOCOL) return std::optional<Secret>();
      Result<std::optional<Secret>> if_found = std::move(found).if_found();
      if (!if_found) return if_found;
      return unless_empty(std::move(*if_found));
    };
    return code_among(member, state);
  }

  // The code among the answer's parameters (RFC 6749 section 4.1.2), whatever form they have.
  template <class Parameter>
  Result<Secret> code_among(const Parameter& parameter, const Secret& state) {
    PINDUS_TRY(const auto given_state, parameter("state"));
    if (given_state) PINDUS_CHECK(check_state(*given_state, state));
    PINDUS_TRY(const auto issuer, parameter("iss"));
    PINDUS_CHECK(check_issuer(issuer));
    PINDUS_TRY(const auto error, parameter("error"));
    if (error) {
      PINDUS_TRY(const auto words, parameter("error_description"));
      return refused(*error, words);
    }
    PINDUS_TRY(auto code, parameter("code"));
    if (code) return std::move(*code);
    return mistaken(PINDUS_PROTOCOL, "what was pasted has no code in it", paste_last_page);
  }

  // The first of that name; one that is empty counts as missing.
  Result<std::optional<Secret>> parameter(const PastedAnswer& answer, std::string_view name) {
    Result<std::optional<Secret>> found = session_.form_field(answer.parameters, name).if_found();
    if (found.code() == PINDUS_PROTOCOL) {
      return mistaken(PINDUS_PROTOCOL, "what was pasted has a broken % escape in it",
                      "copy the whole address of the last page");
    }
    if (!found) return found;
    return unless_empty(std::move(*found));
  }

  Status check_state(const Value& given, const Secret& state) {
    PINDUS_TRY(const bool same, session_.equal(given, state));
    if (same) return {};
    return mistaken(PINDUS_PROTOCOL, "what was pasted belongs to another sign-in",
                    paste_what_this_shows);
  }

  // RFC 9207 section 2.4; what a server refused needs it, too.
  Status check_issuer(const std::optional<Secret>& given) {
    if (!given) {
      PINDUS_TRY(const std::string required, session_.option("iss_required", "false"));
      if (required != "true") return {};
      return mistaken(PINDUS_PROTOCOL,
                      "what was pasted doesn't say which server it comes from (iss)",
                      paste_last_page);
    }
    PINDUS_TRY(const std::string issuer, given->text());
    PINDUS_TRY(const auto expected, session_.option_if_set("issuer"));
    PINDUS_TRY(const std::string authorize_url, session_.option("authorize_url"));
    PINDUS_TRY(const std::string token_url, session_.option("token_url"));
    const bool matches =
        expected ? issuer == *expected
                 : origin(issuer) == origin(authorize_url) || origin(issuer) == origin(token_url);
    if (matches) return {};
    return mistaken(PINDUS_PROTOCOL,
                    "the answer comes from another server than the one that was asked",
                    paste_what_this_shows);
  }

  static std::string_view origin(std::string_view url) {
    const size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return url;
    return url.substr(0, url.find_first_of("/?#", scheme + 3));
  }

  Error refused(const Secret& error, const std::optional<Secret>& words) {
    PINDUS_TRY(const std::string name, error.text());
    std::string description;
    if (words) {
      PINDUS_TRY(description, words->text());
    }
    const std::string sentence =
        detail::with_detail("the sign-in was refused: " + name, description);
    return session_.fail(PINDUS_DENIED, sentence);
  }

  static constexpr std::string_view paste_last_page =
      "paste the address of the last page, after the consent";
  static constexpr std::string_view paste_what_this_shows =
      "paste what the last page of this sign-in shows";

  Session& session_;
  std::string mistake_;  // in the last answer, for the person; empty where no other would mend it
};

}  // namespace pindus::sdk
