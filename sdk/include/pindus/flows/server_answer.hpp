#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <pindus/plugin.hpp>

namespace pindus::sdk {

/// What an OAuth endpoint answered: a JSON object, with an error (RFC 6749 section 5.2) or without.
struct OAuthAnswer {
  std::string host;  ///< who answered, for sentences
  int32_t status;    ///< HTTP; some servers send their errors under 200
  Json json;
  std::string error;        ///< "invalid_grant"; empty: none
  std::string description;  ///< the server's own words; may be empty
};

/// Host and port of a URL, for sentences.
inline std::string host_of(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return std::string(url.substr(0, url.find_first_of("/?#")));
}

namespace detail {

/// The string at the first of these places that holds one, at most 300 bytes of it.
inline std::string first_text(const Json& json, std::initializer_list<const char*> pointers) {
  constexpr size_t longest = 300;
  for (const char* pointer : pointers) {
    Result<std::string> text = json.text(pointer);
    if (!text) continue;
    if (text->size() > longest) {
      size_t end = longest;
      while (end > 0 && (static_cast<unsigned char>((*text)[end]) & 0xC0U) == 0x80U) --end;
      text->resize(end);
      text->append("...");
    }
    return std::move(*text);
  }
  return {};
}

/// "error" is a string (RFC 6749), or an object with a code and a message.
inline std::string error_name(const Json& json) {
  const Result<uint32_t> type = json.type("/error");
  if (!type || *type == PINDUS_JSON_NULL) return {};
  std::string name = first_text(json, {"/error", "/error/code", "/error/type"});
  if (name.empty() && *type == PINDUS_JSON_OBJECT) name = "an error without a code";
  return name;
}

inline std::string error_description(const Json& json) {
  return first_text(json, {"/error_description", "/error/message", "/message", "/detail"});
}

inline std::string with_detail(std::string sentence, std::string_view detail) {
  if (!detail.empty()) sentence.append(": ").append(detail);
  return sentence;
}

}  // namespace detail

/// Whether an answer means "not now": 429, 5xx, or any error that says when to come again.
inline bool is_unavailable(const Session& session, const Response& response) {
  if (response.status == 429 || response.status >= 500) return true;
  return response.status >= 400 && static_cast<bool>(session.header(response, "Retry-After"));
}

/// Reads the JSON object of an answer, with or without an OAuth error in it. Fails the session for
/// everything else: PINDUS_UNAVAILABLE where is_unavailable, else PINDUS_PROTOCOL.
inline Result<OAuthAnswer> read_answer(const Session& session, std::string_view url,
                                       const Response& response) {
  const std::string host = host_of(url);
  const std::string answered = host + " answered HTTP " + std::to_string(response.status);
  Result<Json> json = session.parse_json(response.body);
  if (!json && json.code() != PINDUS_PROTOCOL && json.code() != PINDUS_TOO_LARGE) {
    return json.error();
  }
  if (is_unavailable(session, response)) {
    return session.fail(
        PINDUS_UNAVAILABLE,
        detail::with_detail(answered, json ? detail::error_description(*json) : std::string()),
        "try again in a while");
  }
  if (response.status >= 300 && response.status < 400) {
    return session.fail(PINDUS_PROTOCOL, answered + ", a redirect, and those are not followed",
                        "correct the address in the provider's manifest");
  }
  const Result<uint32_t> type = json ? json->type("") : Result<uint32_t>(json.error());
  if (!type || *type != PINDUS_JSON_OBJECT) {
    return session.fail(PINDUS_PROTOCOL, answered + " with something that is not a JSON object",
                        "a proxy, a login page of the network or a moved address can be the cause");
  }
  OAuthAnswer answer{host, response.status, std::move(*json), {}, {}};
  answer.error = detail::error_name(answer.json);
  answer.description = detail::error_description(answer.json);
  const bool succeeded = response.status >= 200 && response.status < 300;
  if (!succeeded && answer.error.empty()) {
    return session.fail(
        PINDUS_PROTOCOL,
        detail::with_detail(answered + " without an OAuth error", answer.description),
        "see whether the address in the provider's manifest is still right");
  }
  return answer;
}

/// Fails the session as the answer's error says: PINDUS_DENIED, PINDUS_EXPIRED, PINDUS_UNAVAILABLE,
/// and PINDUS_REJECTED for those that the option `permanent_errors` names (separated by spaces;
/// without the option: invalid_grant, invalid_client, unauthorized_client).
inline Error refuse(const Session& session, const OAuthAnswer& answer) {
  const Result<std::string> permanent =
      session.option("permanent_errors", "invalid_grant invalid_client unauthorized_client");
  if (!permanent) return permanent.error();
  const std::string list = " " + *permanent + " ";
  const std::string sentence =
      detail::with_detail(answer.host + " refused: " + answer.error, answer.description);
  if (list.find(" " + answer.error + " ") != std::string::npos) {
    return session.fail(PINDUS_REJECTED, sentence, "sign in again");
  }
  if (answer.error == "access_denied") return session.fail(PINDUS_DENIED, sentence);
  if (answer.error == "expired_token") {
    return session.fail(PINDUS_EXPIRED, sentence, "start the sign-in again");
  }
  if (answer.error == "server_error" || answer.error == "temporarily_unavailable" ||
      answer.error == "slow_down") {
    return session.fail(PINDUS_UNAVAILABLE, sentence, "try again in a while");
  }
  return session.fail(PINDUS_DENIED, sentence);
}

/// The secret where there is one with something in it.
inline Result<std::optional<Secret>> unless_empty(std::optional<Secret> secret) {
  if (secret) {
    PINDUS_TRY(const bool empty, secret->is_empty());
    if (empty) secret.reset();
  }
  return secret;
}

/// What becomes of a member whose type is wrong. Once a server has rotated a refresh token, an
/// operation that fails has lost it: then only what the record can't be without may fail.
enum class WrongType { fails, counts_as_missing };

namespace detail {

template <typename T>
Result<std::optional<T>> wrong_type(const Session& session, const OAuthAnswer& answer,
                                    std::string_view name, const char* wanted,
                                    WrongType treatment) {
  const std::string sentence =
      answer.host + " sent a \"" + std::string(name) + "\" that is not " + wanted;
  if (treatment == WrongType::fails) return session.fail(PINDUS_PROTOCOL, sentence);
  session.log(PINDUS_LOG_WARNING, sentence + "; it counts as missing");
  return std::optional<T>();
}

}  // namespace detail

/// A string member that may be missing; empty counts as missing. Another type fails the session
/// with PINDUS_PROTOCOL, or counts as missing with a line in the log.
inline Result<std::optional<Secret>> string_member(const Session& session,
                                                   const OAuthAnswer& answer, std::string_view name,
                                                   WrongType treatment = WrongType::fails) {
  Result<std::optional<Secret>> found = answer.json.secret("/" + std::string(name)).if_found();
  if (!found) {
    if (found.code() != PINDUS_PROTOCOL) return found.error();
    return detail::wrong_type<Secret>(session, answer, name, "a string", treatment);
  }
  return unless_empty(std::move(*found));
}

/// A number of seconds that may be missing; a string of digits will do, and what is beyond 100
/// years is 100 years. Anything else fails the session with PINDUS_PROTOCOL, or counts as missing
/// with a line in the log.
inline Result<std::optional<int64_t>> seconds_member(const Session& session,
                                                     const OAuthAnswer& answer,
                                                     std::string_view name,
                                                     WrongType treatment = WrongType::fails) {
  constexpr int64_t century = int64_t{100} * 365 * 24 * 3600;
  const std::string pointer = "/" + std::string(name);
  Result<int64_t> number = answer.json.integer(pointer);
  if (number.code() == PINDUS_NOT_FOUND) return std::optional<int64_t>();
  if (number.code() == PINDUS_PROTOCOL) {
    const Result<std::string> digits = answer.json.text(pointer);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (digits && !digits->empty() && digits->size() <= 18 &&
        std::all_of(digits->begin(), digits->end(), is_digit)) {
      int64_t value = 0;
      for (const char c : *digits) value = value * 10 + (c - '0');
      number = value;
    }
  }
  if (!number || *number < 0) {
    return detail::wrong_type<int64_t>(session, answer, name, "a number of seconds", treatment);
  }
  return std::optional<int64_t>(std::min(*number, century));
}

}  // namespace pindus::sdk
