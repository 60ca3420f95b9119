#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include "core/base/text.hpp"
#include "core/services/neighbourhood.hpp"
#include "core/session/http_time.hpp"
#include "core/session/slots/slots.hpp"

// Host services about HTTP. What a request may be and where it may go is the rule of Services::send
// (core/services/http_rules.hpp); here stands what only a session knows.

namespace pindus::service {
namespace {

constexpr uint64_t max_headers = 100;

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
  auto joined = TRY(session.joined(value));
  if (joined.visibility == Visibility::closed) return std::unexpected(PINDUS_FORBIDDEN);
  return std::move(joined.bytes);
}

Coded<HttpRequest> request_of(Session& session, const pindus_http_request& asked) {
  HttpRequest request;
  request.method = TRY(text_of(asked.method));
  request.url = TRY(text_of(asked.url));
  request.user_agent = session.option("user_agent").value_or("");
  if (asked.header_count != 0 && asked.headers == nullptr) {
    return std::unexpected(PINDUS_INVALID_ARGUMENT);
  }
  if (asked.header_count > max_headers) return std::unexpected(PINDUS_TOO_LARGE);
  for (uint64_t i = 0; i < asked.header_count; ++i) {
    const pindus_field& header = asked.headers[i];
    const std::string_view name = TRY(text_of(header.name));
    Secret value = TRY(sendable(session, header.value));
    if (header.kind > PINDUS_FIELD_JSON) return std::unexpected(PINDUS_UNSUPPORTED);
    if (header.kind != PINDUS_FIELD_TEXT || header.reserved != 0) {
      return std::unexpected(PINDUS_INVALID_ARGUMENT);
    }
    if (equal_ignoring_case(name, "user-agent")) {
      request.user_agent = value.view();
    } else {
      request.headers.emplace_back(name, std::move(value));
    }
  }
  request.body = TRY(sendable(session, asked.body));
  return request;
}

// Where a stranger's document says where requests go, they go into no private network but its own.
std::optional<Reason> keep_to_network(const std::string& network, HttpRequest& request) {
  const Neighbourhood near{std::string_view(network)};
  const auto host = url_host(request.url);
  if (host && !near.may_have(*host)) {
    return Reason{
        fmt::format("{} is an address of a private network that isn't the resource's", *host),
        "sign in again, if the resource has moved"};
  }
  request.may_connect = [near](std::span<const std::uint8_t> address) { return near.has(address); };
  return std::nullopt;
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
    if (!equal_ignoring_case(key, name)) continue;
    joined = joined ? *joined + ", " + value : value;
  }
  return joined;
}

}  // namespace

Code http_send(Session& session, const pindus_http_request* request,
               pindus_http_response* response) {
  static_cast<void>(TRY(known_part(session, "response", response, http_response_base_size)));
  const auto asked = TRY(known_part(session, "request", request, http_request_base_size));
  HttpRequest to_send = TRY(request_of(session, asked));
  const std::vector<std::string> hosts = session.allowed_hosts();
  to_send.allowed_hosts = hosts;
  to_send.log = [&](const std::string& line) { session.log("pindus: " + line); };
  if (const auto& network = session.request.provider->network) {
    if (auto why = keep_to_network(*network, to_send)) {
      return session.fail(PINDUS_FORBIDDEN, *std::move(why));
    }
  }
  if (session.stopped()) return PINDUS_CANCELLED;
  to_send.time_limit = std::min(to_send.time_limit, session.time_left());
  if (to_send.time_limit <= std::chrono::milliseconds(0)) return PINDUS_TIMEOUT;
  if (session.request.operation == Operation::refresh) {
    to_send.on_stop = session.goes_on() ? OnStop::goes_on : OnStop::ends_unless_sent;
    to_send.stop_delayed = [&, end = std::chrono::steady_clock::now() + to_send.time_limit] {
      session.tell_of_delayed_stop(url_host(to_send.url).value_or(""), end);
    };
  }

  auto answer = TRY(session.services())->send(to_send, session.request.stop);
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
  session.last_answer = LastAnswer{session.next_headers_id(), std::move(answer->headers), now,
                                   delay, url_origin(to_send.url).value_or("")};
  session.arrivals.emplace(session.last_answer->id, now);
  const Code given = session.give({std::move(answer->body)}, &response->body);
  if (given.value != PINDUS_OK) return given;
  response->status = answer->status;
  response->headers.id = session.last_answer->id;
  return PINDUS_OK;
}

Code http_header(Session& session, pindus_headers headers, pindus_str name, pindus_read read,
                 void* context) {
  const auto& last = session.last_answer;
  if (!last || last->id != headers.id) return PINDUS_INVALID_HANDLE;
  const std::string_view wanted = TRY(text_of(name));
  const auto value = field(last->headers, wanted);
  if (!value) return PINDUS_NOT_FOUND;
  // In seconds also where the server sent a date: a plugin knows neither the forms that a date may
  // have nor the server's clock.
  if (last->retry_after && equal_ignoring_case(wanted, "retry-after")) {
    return session.show(std::to_string(last->retry_after->count()), read, context);
  }
  return session.show(*value, read, context);
}

}  // namespace pindus::service
