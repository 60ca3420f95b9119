#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/base/side_by_side.hpp"
#include "core/base/text.hpp"
#include "core/command/doctor/doctor.hpp"
#include "core/providers/api.hpp"
#include "core/session/issuer.hpp"
#include "core/session/network_settings.hpp"
#include "core/session/probe.hpp"
#include "core/vault/credential_record.hpp"

namespace pindus {
namespace {

using Weight = Finding::Weight;

constexpr std::chrono::seconds clock_step{60};

void add_origin(std::string_view url, std::vector<std::string>& origins) {
  const auto origin = url_origin(url);
  if (!origin || std::ranges::find(origins, *origin) != origins.end()) return;
  origins.push_back(*origin);
}

void add_origins_of(const ProviderStatus& provider, const AccountStatus& account,
                    const Patient& patient, std::vector<std::string>& origins) {
  const auto kind = account.account.kind;
  if (!kind || provider.provider == nullptr || provider.provider->refused) return;
  const Method* method = provider.provider->noted_method(*kind, account.account.method);
  add_origin(api_of(*provider.provider, *kind,
                    method == nullptr ? kind_name(*kind) : std::string_view(method->name))
                 .base_url,
             origins);
  if (kind != AuthKind::oauth) return;
  const Account named{provider.id, account.account.name};
  const auto record = patient.vault ? patient.vault->record(named) : std::nullopt;
  if (!record) return;
  const OAuthCredentials stored = CredentialRecord(*record).oauth();
  const auto session = stored_session(patient.context.providers_without_warnings(), named, stored,
                                      patient.context.session());
  const auto endpoint = session ? token_endpoint(*session) : std::nullopt;
  if (endpoint) add_origin(*endpoint, origins);
}

// Of all providers that have something here.
std::vector<std::string> origins_in_use(const Patient& patient) {
  std::vector<std::string> origins;
  for (const ProviderStatus& provider : patient.status) {
    for (const AccountStatus& account : provider.accounts) {
      add_origins_of(provider, account, patient, origins);
    }
    if (!provider.environment.empty() && !provider.provider->refused) {
      add_origin(api_of(*provider.provider, AuthKind::api_key, "api-key").base_url, origins);
    }
  }
  return origins;
}

Finding judge_host(const std::string& origin, const Result<ProbeAnswer>& answer) {
  if (!answer) return {Weight::wrong, {answer.error().message, answer.error().hint}};
  const auto ahead = answer->clock_ahead.value_or(std::chrono::seconds(0));
  if (ahead > clock_step || ahead < -clock_step) {
    return {Weight::wrong,
            {fmt::format("the clock here is {} s {} that of {}", std::abs(ahead.count()),
                         ahead.count() > 0 ? "behind" : "ahead of", origin),
             "timedatectl"}};
  }
  return {Weight::note, {fmt::format("{} answers", origin), ""}};
}

}  // namespace

Findings look_at_network(Patient& patient) {
  const NetworkSettings settings = network_settings(patient.context.environment());
  Findings findings;
  for (const std::string& proxy : settings.proxies) {
    findings.push_back({Weight::note, {fmt::format("requests heed {}", proxy), ""}});
  }
  findings.push_back(
      {Weight::note,
       {fmt::format("servers are checked against the authorities {}", settings.authorities), ""}});
  for (const Reason& problem : settings.problems) findings.push_back({Weight::wrong, problem});
  return findings;
}

Findings look_at_hosts(Patient& patient) {
  const std::vector<std::string> origins = origins_in_use(patient);
  if (origins.empty())
    return {{Weight::note, {"no provider with a known host has a key here", ""}}};
  Findings findings(origins.size());
  side_by_side(
      origins.size(),
      [&](std::size_t i) {
        // No key goes along: whether there is an answer is all that is asked.
        findings[i] = judge_host(
            origins[i],
            send_probe(patient.context.session(), {.method = "HEAD", .url = origins[i] + "/"}));
      },
      [](std::size_t) {});
  return findings;
}

}  // namespace pindus
