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
  bool says_later;   ///< is_unavailable
  pindus_headers headers;
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

inline std::string answered(const std::string& host, int32_t status) {
  return host + " answered HTTP " + std::to_string(status);
}

inline std::string with_consequence(std::string sentence, std::string_view consequence) {
  if (!consequence.empty()) sentence.append("; ").append(consequence);
  return sentence;
}

/// The seconds in a text of digits; a fraction is cut off. Nothing where it holds anything else.
inline std::optional<int64_t> seconds_in(std::string_view text) {
  constexpr std::string_view all_digits = "0123456789";
  const std::string_view whole = text.substr(0, text.find('.'));
  const std::string_view fraction = text.substr(whole.size());
  if (whole.empty() || whole.size() > 18 || fraction.size() == 1) return std::nullopt;
  if (whole.find_first_not_of(all_digits) != std::string_view::npos) return std::nullopt;
  if (fraction.find_first_not_of(all_digits, 1) != std::string_view::npos) return std::nullopt;
  int64_t value = 0;
  for (const char c : whole) value = value * 10 + (c - '0');
  return value;
}

}  // namespace detail

/// Whether an answer means "not now": 429, 5xx, or any error that says when to come again.
inline bool is_unavailable(const Session& session, const Response& response) {
  if (response.status == 429 || response.status >= 500) return true;
  return response.status >= 400 && static_cast<bool>(session.header(response, "Retry-After"));
}

/// The seconds that an answer's Retry-After asks for (RFC 9110 section 10.2.3), rounded up, where
/// somebody may well wait so long: up to 5.
inline std::optional<int64_t> short_pause(const Session& session, const Response& response) {
  constexpr int64_t longest_pause_s = 5;
  const Result<std::string> text = session.header(response, "Retry-After");
  std::optional<int64_t> pause_s = text ? detail::seconds_in(*text) : std::nullopt;
  if (pause_s && text->find('.') != std::string::npos) ++*pause_s;
  if (pause_s > longest_pause_s) pause_s.reset();
  return pause_s;
}

/// Reads the JSON object of an answer, with or without an OAuth error in it; an error counts
/// whatever the status says beside it. Fails the session for everything else: PINDUS_UNAVAILABLE
/// where is_unavailable, else PINDUS_PROTOCOL. `if_lost` is said besides of a success that makes no
/// sense: what the server has done for it is then lost.
inline Result<OAuthAnswer> read_answer(const Session& session, std::string_view url,
                                       const Response& response, std::string_view if_lost = {}) {
  const std::string host = host_of(url);
  Result<Json> json = session.parse_json(response.body);
  if (!json && json.code() != PINDUS_PROTOCOL && json.code() != PINDUS_TOO_LARGE) {
    return json.error();
  }
  const Result<uint32_t> type = json ? json->type("") : Result<uint32_t>(json.error());
  const bool is_object = type && *type == PINDUS_JSON_OBJECT;
  const bool says_later = is_unavailable(session, response);
  const bool succeeded = response.status >= 200 && response.status < 300;
  std::string error;
  std::string description;
  if (is_object) {
    error = detail::error_name(*json);
    description = detail::error_description(*json);
    if (succeeded || !error.empty()) {
      return OAuthAnswer{host,
                         response.status,
                         says_later,
                         response.headers,
                         std::move(*json),
                         std::move(error),
                         std::move(description)};
    }
  }
  const std::string answered = detail::answered(host, response.status);
  if (says_later) {
    return session.fail(PINDUS_UNAVAILABLE, detail::with_detail(answered, description),
                        "try again in a while");
  }
  if (response.status >= 300 && response.status < 400) {
    return session.fail(PINDUS_PROTOCOL, answered + ", a redirect, and those are not followed",
                        "correct the address in the provider's manifest");
  }
  if (is_object) {
    return session.fail(PINDUS_PROTOCOL,
                        detail::with_detail(answered + " without an OAuth error", description),
                        "see whether the address in the provider's manifest is still right");
  }
  return session.fail(
      PINDUS_PROTOCOL,
      detail::with_consequence(answered + " with something that is not a JSON object",
                               succeeded ? if_lost : std::string_view()),
      "a proxy, a login page of the network or a moved address can be the cause");
}

/// Whether an error says nothing about the grant: the server can't just now.
inline bool is_passing(const OAuthAnswer& answer) {
  const std::string_view error = answer.error;
  if (error == "server_error" || error == "temporarily_unavailable" || error == "slow_down") {
    return true;
  }
  return answer.says_later && error != "invalid_grant" && error != "invalid_client" &&
         error != "unauthorized_client" && error != "access_denied" && error != "expired_token";
}

/// Fails the session as the answer's error says. Where the manifest has the option
/// `permanent_errors` (names separated by spaces), those are PINDUS_REJECTED and all others
/// PINDUS_UNAVAILABLE. Without it: PINDUS_REJECTED for invalid_grant, invalid_client and
/// unauthorized_client, PINDUS_UNAVAILABLE where is_passing, PINDUS_EXPIRED, else PINDUS_DENIED.
inline Error refuse(const Session& session, const OAuthAnswer& answer) {
  const Result<std::optional<std::string>> permanent = session.option_if_set("permanent_errors");
  if (!permanent) return permanent.error();
  const bool is_whole_list = permanent->has_value();
  const std::string list =
      " " + permanent->value_or("invalid_grant invalid_client unauthorized_client") + " ";
  const std::string refused =
      detail::with_detail(answer.host + " refused: " + answer.error, answer.description);
  if (list.find(" " + answer.error + " ") != std::string::npos) {
    return session.fail(PINDUS_REJECTED, refused, "sign in again");
  }
  if (is_passing(answer)) {
    const std::string reason = detail::with_detail(answer.error, answer.description);
    return session.fail(PINDUS_UNAVAILABLE,
                        detail::with_detail(detail::answered(answer.host, answer.status), reason),
                        "try again in a while");
  }
  if (is_whole_list) {
    return session.fail(PINDUS_UNAVAILABLE, refused,
                        "try again in a while; if it stays so, sign in again");
  }
  if (answer.error == "expired_token") {
    return session.fail(PINDUS_EXPIRED, refused, "start the sign-in again");
  }
  return session.fail(PINDUS_DENIED, refused);
}

/// Where a signed assertion was refused: fails the session with PINDUS_UNAVAILABLE if the server's
/// own time (RFC 9110 section 6.6.1) is more than a minute away from this computer's, by which the
/// assertion's life was counted.
inline Status check_clock(const Session& session, const OAuthAnswer& answer) {
  constexpr int64_t tolerable_s = 60;
  const Result<std::string> date = session.header(answer.headers, "Date");
  const Result<int64_t> there_ms = date ? session.parse_time(*date) : Result<int64_t>(date.error());
  if (!there_ms) return {};
  PINDUS_TRY(const int64_t here_ms, session.now_ms());
  const int64_t ahead_s = (here_ms - *there_ms) / 1000;
  if (ahead_s >= -tolerable_s && ahead_s <= tolerable_s) return {};
  const std::string sentence =
      "this computer's clock is " + std::to_string(ahead_s < 0 ? -ahead_s : ahead_s) +
      (ahead_s < 0 ? " seconds behind that of " : " seconds ahead of that of ") + answer.host +
      ", which refused: " + answer.error;
  return session.fail(PINDUS_UNAVAILABLE, detail::with_detail(sentence, answer.description),
                      "set the clock, and try again");
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

/// A token (RFC 6749 appendix A.12 and A.17: visible ASCII characters and blanks). Anything else
/// counts as missing, with a line in the log: it could never be sent.
inline Result<std::optional<Secret>> token_member(const Session& session, const OAuthAnswer& answer,
                                                  std::string_view name) {
  constexpr auto tolerant = WrongType::counts_as_missing;
  PINDUS_TRY(auto token, string_member(session, answer, name, tolerant));
  if (!token) return std::optional<Secret>();
  bool is_token = false;
  const auto look = [&](std::string_view text) {
    is_token = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  };
  PINDUS_CHECK(token->view(look));
  if (is_token) return token;
  return detail::wrong_type<Secret>(session, answer, name, "a token", tolerant);
}

namespace detail {

/// The seconds at a place: a number, or a string that holds one, as some servers write it.
/// PINDUS_NOT_FOUND; PINDUS_PROTOCOL for anything else.
inline Result<int64_t> seconds_at(const Json& json, std::string_view pointer) {
  Result<int64_t> number = json.integer(pointer);
  if (number.code() != PINDUS_PROTOCOL) return number;
  const Result<std::string> text = json.text(pointer);
  const auto seconds = text ? seconds_in(*text) : std::nullopt;
  return seconds ? Result<int64_t>(*seconds) : Error{PINDUS_PROTOCOL};
}

}  // namespace detail

/// A number of seconds that may be missing (or a string that holds one); what is beyond 100 years
/// is 100 years. Anything else counts as missing, with a line in the log.
inline Result<std::optional<int64_t>> seconds_member(const Session& session,
                                                     const OAuthAnswer& answer,
                                                     std::string_view name) {
  constexpr int64_t century = int64_t{100} * 365 * 24 * 3600;
  const Result<int64_t> number = detail::seconds_at(answer.json, "/" + std::string(name));
  if (number.code() == PINDUS_NOT_FOUND) return std::optional<int64_t>();
  if (!number && number.code() != PINDUS_PROTOCOL) return number.error();
  if (!number || *number < 0) {
    return detail::wrong_type<int64_t>(session, answer, name, "a number of seconds",
                                       WrongType::counts_as_missing);
  }
  return std::optional<int64_t>(std::min(*number, century));
}

}  // namespace pindus::sdk
