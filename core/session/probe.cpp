#include "core/session/probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/session/http_time.hpp"

namespace pindus {
namespace {

std::unexpected<CredentialFault> not_checked(Reason why) {
  return std::unexpected(CredentialFault{FaultKind::vault, "Not checked", std::move(why.message),
                                         std::move(why.hint)});
}

std::optional<std::chrono::seconds> clock_ahead(const HttpResponse& answer) {
  const auto now = std::chrono::system_clock::now();
  const auto date = std::ranges::find_if(
      answer.headers, [](const auto& field) { return equal_ignoring_case(field.first, "Date"); });
  if (date == answer.headers.end()) return std::nullopt;
  const auto theirs = written_time(date->second, now);
  if (!theirs) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(*theirs - now);
}

}  // namespace

Result<ProbeAnswer> send_probe(const SessionRequest& session, Probe probe) {
  const auto host = url_host(probe.url);
  if (!host) {
    return not_checked({fmt::format("{} is no http or https address", printable(probe.url, 80))});
  }
  Services* services = TRY(services_of(session));
  const std::array hosts{*host};
  const HttpRequest request{.method = std::move(probe.method),
                            .url = std::move(probe.url),
                            .headers = std::move(probe.headers),
                            .body = {},
                            .user_agent = {},
                            .allowed_hosts = hosts,
                            .time_limit = std::chrono::seconds(15)};
  auto answer = services->send(request, session.stop);
  if (answer) return ProbeAnswer{answer->status, clock_ahead(*answer)};
  if (answer.error().kind == HttpFailure::Kind::cancelled) {
    return fail(FaultKind::aborted, "the check was interrupted");
  }
  return not_checked(std::move(answer.error().why));
}

}  // namespace pindus
