#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "core/session/http_time.hpp"
#include "core/session/slots/slots.hpp"

// Host services about HTTP. What a request may be and where it may go is checked by Services::send;
// here stand the rules of the session.

namespace pindus::service {
namespace {

constexpr uint64_t max_headers = 100;

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

// RFC 9110 section 5.6.2.
bool is_token(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

int32_t code_of(HttpFailure::Kind kind) noexcept {
  switch (kind) {
    case HttpFailure::Kind::cancelled: return PINDUS_CANCELLED;
    case HttpFailure::Kind::forbidden: return PINDUS_FORBIDDEN;
    case HttpFailure::Kind::invalid: return PINDUS_INVALID_ARGUMENT;
    case HttpFailure::Kind::network: return PINDUS_NETWORK;
    case HttpFailure::Kind::timeout: return PINDUS_TIMEOUT;
    case HttpFailure::Kind::too_large: return PINDUS_TOO_LARGE;
  }
  return PINDUS_INTERNAL;
}

// A value as the network may see it: an api key leaves this program only by the vault.
Coded<Secret> sendable(Session& session, const pindus_value& value) {
  auto joined = PINDUS_TRY(session.joined(value));
  if (joined.visibility == Visibility::closed) return std::unexpected(PINDUS_FORBIDDEN);
  return std::move(joined.bytes);
}

Coded<HttpRequest> request_of(Session& session, const pindus_http_request& asked) {
  HttpRequest request;
  request.method = PINDUS_TRY(text_of(asked.method));
  request.url = PINDUS_TRY(text_of(asked.url));
  request.user_agent = session.option("user_agent").value_or("");
  if (request.method != "GET" && request.method != "POST") {
    return std::unexpected(PINDUS_INVALID_ARGUMENT);
  }
  if (asked.header_count != 0 && asked.headers == nullptr) {
    return std::unexpected(PINDUS_INVALID_ARGUMENT);
  }
  if (asked.header_count > max_headers) return std::unexpected(PINDUS_TOO_LARGE);
  for (uint64_t i = 0; i < asked.header_count; ++i) {
    const std::string_view name = PINDUS_TRY(text_of(asked.headers[i].name));
    Secret value = PINDUS_TRY(sendable(session, asked.headers[i].value));
    if (!is_token(name) ||
        value.view().find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
      return std::unexpected(PINDUS_INVALID_ARGUMENT);
    }
    if (same_name(name, "user-agent")) {
      request.user_agent = value.view();
    } else {
      request.headers.emplace_back(name, std::move(value));
    }
  }
  request.body = PINDUS_TRY(sendable(session, asked.body));
  if (request.method == "GET" && !request.body.empty()) {
    return std::unexpected(PINDUS_INVALID_ARGUMENT);
  }
  return request;
}

// A success that broke off, or was too large: what the server gave is lost, and what was sent for
// it may be used up.
bool may_have_rotated(const Session& session, const HttpRequest& request,
                      const HttpFailure& failure) {
  return session.request.operation == Operation::refresh && request.method == "POST" &&
         failure.status >= 200 && failure.status < 300;
}

std::optional<std::string> field(const LastAnswer::Headers& headers, std::string_view name) {
  std::optional<std::string> joined;
  for (const auto& [key, value] : headers) {
    if (!same_name(key, name)) continue;
    joined = joined ? *joined + ", " + value : value;
  }
  return joined;
}

}  // namespace

Code http_send(Session& session, const pindus_http_request* request,
               pindus_http_response* response) {
  if (!covers(request, http_request_base_size) || !covers(response, http_response_base_size)) {
    return PINDUS_INVALID_ARGUMENT;
  }
  HttpRequest to_send = PINDUS_TRY(request_of(session, *request));
  const std::vector<std::string> hosts = session.allowed_hosts();
  to_send.allowed_hosts = hosts;
  to_send.log = [&](const std::string& line) { session.log("pindus: " + line); };
  if (session.stopped()) return PINDUS_CANCELLED;
  to_send.time_limit = std::min(to_send.time_limit, session.time_left());
  if (to_send.time_limit <= std::chrono::milliseconds(0)) return PINDUS_TIMEOUT;
  if (session.request.operation == Operation::refresh) to_send.when_sent = WhenSent::finishes;

  auto answer = PINDUS_TRY(session.services())->send(to_send, session.stop());
  if (answer || answer.error().kind != HttpFailure::Kind::cancelled) session.request_sent();
  if (!answer) {
    if (may_have_rotated(session, to_send, answer.error())) {
      answer.error().why.message += "; the refresh token may be used up by it";
    }
    return session.fail(code_of(answer.error().kind), std::move(answer.error().why));
  }
  const auto now = std::chrono::system_clock::now();
  const auto& fields = answer->headers;
  const auto delay = retry_delay(field(fields, "retry-after").value_or(""),
                                 field(fields, "date").value_or(""), now);
  session.last_answer =
      LastAnswer{session.next_headers_id(), std::move(answer->headers), now, delay};
  response->status = answer->status;
  response->headers.id = session.last_answer->id;
  return session.give({std::move(answer->body)}, &response->body);
}

Code http_header(Session& session, pindus_headers headers, pindus_str name, pindus_read read,
                 void* context) {
  const auto& last = session.last_answer;
  if (!last || last->id != headers.id) return PINDUS_INVALID_HANDLE;
  const auto value = field(last->headers, PINDUS_TRY(text_of(name)));
  if (!value) return PINDUS_NOT_FOUND;
  return session.show(*value, read, context);
}

}  // namespace pindus::service
