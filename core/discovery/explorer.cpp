#include "core/discovery/explorer.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "core/base/text.hpp"
#include "core/discovery/metadata.hpp"

namespace pindus::discovery {
namespace {

constexpr int most_requests = 10;
constexpr std::chrono::seconds longest_request{5};

// What the Model Context Protocol of that day wants in requests for metadata.
constexpr std::string_view protocol_version = "2026-07-28";

constexpr std::string_view first_message =
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2026-07-28",)"
    R"("capabilities":{},"clientInfo":{"name":"pindus","version":")" PINDUS_VERSION R"("}}})";

void add_field(HttpRequest& request, std::string_view name, std::string_view value) {
  request.headers.emplace_back(name, Secret(value));
}

}  // namespace

Result<HttpResponse> Explorer::ask_resource(const std::string& address) {
  HttpRequest request;
  request.method = "POST";
  request.url = address;
  request.body = Secret(first_message);
  add_field(request, "Content-Type", "application/json");
  add_field(request, "Accept", "application/json, text/event-stream");
  // The person named it.
  request.may_connect = [](std::span<const std::uint8_t>) { return true; };
  auto answer = transfer(request);
  // Where it was really reached, and not what else its name leads to, which is a stranger's to say.
  if (answer && !answer->address.empty()) near_ = Neighbourhood(answer->address);
  if (answer) return *std::move(answer);
  // An answer without a challenge, whatever was to come of it: a stream of events has no end.
  if (answer.error().status != 0) {
    HttpResponse endless;
    endless.status = answer.error().status;
    return endless;
  }
  return failed(answer.error());
}

Result<void> Explorer::check_address(const std::string& address, std::string_view named_by) const {
  const auto host = url_host(address);
  if (!host) {
    return std::unexpected(sign_in_fault(fmt::format("{} an address that is none", named_by)));
  }
  if (!ascii_lower(address).starts_with("https:") && !near_.is_loopback()) {
    return std::unexpected(sign_in_fault(
        fmt::format("{} {}, which would be asked without encryption", named_by, *host),
        "tell whoever runs the server: it has to be an https address"));
  }
  if (!near_.may_have(*host)) {
    return std::unexpected(sign_in_fault(
        fmt::format("{} {}, an address of a private network that the resource isn't in", named_by,
                    *host),
        "nothing was asked there"));
  }
  return {};
}

Result<HttpResponse> Explorer::send(HttpRequest request, std::string_view named_by) {
  TRY(check_address(request.url, named_by));
  request.may_connect = [this](std::span<const std::uint8_t> place) { return near_.has(place); };
  auto answer = transfer(request);
  if (answer) return *std::move(answer);
  if (answer.error().kind == HttpFailure::Kind::forbidden && answer.error().why.hint.empty()) {
    return std::unexpected(
        sign_in_fault(fmt::format("{} {}; {}", named_by, url_host(request.url).value_or(""),
                                  answer.error().why.message),
                      "it is of a private network that the resource itself isn't in"));
  }
  return failed(answer.error());
}

Result<HttpResponse> Explorer::get(const std::string& address, std::string_view named_by) {
  HttpRequest request;
  request.url = address;
  add_field(request, "Accept", "application/json");
  add_field(request, "MCP-Protocol-Version", protocol_version);
  return send(std::move(request), named_by);
}

std::expected<HttpResponse, HttpFailure> Explorer::transfer(HttpRequest& request) {
  const std::string host = url_host(request.url).value_or("");
  if (++requests_ > most_requests) {
    return std::unexpected(
        HttpFailure{HttpFailure::Kind::invalid,
                    {fmt::format("{} would be asked after {} requests that led to no sign-in", host,
                                 most_requests),
                     "tell whoever runs the server"}});
  }
  const std::string hosts[] = {host};
  request.allowed_hosts = hosts;
  request.time_limit = longest_request;
  request.answer_limit = document_limit;
  if (log_) request.log = [this](const std::string& line) { log_("pindus: " + line); };
  auto answer = services_.send(request, stop_);
  request.allowed_hosts = {};
  return answer;
}

std::unexpected<CredentialFault> Explorer::failed(const HttpFailure& failure) const {
  if (failure.kind == HttpFailure::Kind::cancelled) {
    return fail(FaultKind::aborted, failure.why.message, failure.why.hint);
  }
  return std::unexpected(sign_in_fault(failure.why));
}

}  // namespace pindus::discovery
