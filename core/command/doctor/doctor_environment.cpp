#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"
#include "core/command/doctor/doctor.hpp"
#include "core/import/import_format.hpp"
#include "core/vault/credential_record.hpp"
#include "core/vault/credential_rules.hpp"

namespace pindus {
namespace {

using Weight = Finding::Weight;

void add_warnings(std::span<const DirectoryWarning> warnings, Findings& findings) {
  for (const DirectoryWarning& warning : warnings) findings.push_back({Weight::wrong, warning.why});
}

Secret value_of(const EnvironmentStatus& status, const Environment& environment) {
  auto value = read_environment_key(status.key, environment, {});
  return value ? Secret(without_line_ends(value->view())) : Secret();
}

// The key of the account that is used here; empty where there is none, or it is a command's.
Secret key_in_use(const ProviderStatus& provider, const Patient& patient) {
  const auto used = std::ranges::find_if(provider.accounts, &AccountStatus::is_used);
  if (used == provider.accounts.end() || !used->account.kind || !patient.vault) return {};
  const auto record = patient.vault->record({provider.id, used->account.name});
  return record ? CredentialRecord(*record).key() : Secret();
}

// Those by which a program could get this provider's key from elsewhere.
std::set<std::string> rivals_of(const Provider& provider, const ClientProvider& of_client) {
  std::set<std::string> names(provider.env.begin(), provider.env.end());
  names.merge(of_client.rivals());
  return names;
}

}  // namespace

Findings look_at_manifests(Patient& patient) {
  Findings findings;
  add_warnings(patient.context.providers_without_warnings().warnings(), findings);
  add_warnings(patient.context.clients().warnings(), findings);
  add_warnings(ImportFormats::discover(patient.context.directory_options()).warnings, findings);
  return findings;
}

Findings look_at_variables(Patient& patient) {
  Findings findings;
  const Environment& environment = patient.context.environment();
  for (const ProviderStatus& provider : patient.status) {
    const Secret used = key_in_use(provider, patient);
    std::optional<Secret> first;
    for (const EnvironmentStatus& status : provider.environment) {
      const std::string unset = fmt::format(
          "unset {}", status.key.named_by.empty() || status.key.named_by == "CREDENTIALS_DIRECTORY"
                          ? status.key.variable
                          : status.key.named_by);
      if (!status.problem.empty()) {
        findings.push_back(
            {Weight::wrong,
             {fmt::format("{}: {}", status.key.described(), status.problem), unset}});
        continue;
      }
      Secret value = value_of(status, environment);
      if (!provider.accounts.empty() && value.view() != used.view()) {
        findings.push_back(
            {Weight::wrong,
             {fmt::format("{} holds another key than the account of {} that is used here, and "
                          "programs that read it use that one",
                          status.key.described(), provider.id),
              unset}});
      } else if (first && first->view() != value.view()) {
        findings.push_back(
            {Weight::wrong,
             {fmt::format("{} holds another key than {}, which counts before it",
                          status.key.described(), provider.environment.front().key.described()),
              unset}});
      }
      if (!first) first = std::move(value);
    }
  }
  return findings;
}

Findings look_at_tools(Patient& patient) {
  Findings findings;
  const Environment& environment = patient.context.environment();
  for (const Client& client : patient.context.clients().clients()) {
    if (!client.installed(environment)) continue;
    for (const ClientProvider& of_client : client.providers) {
      const auto stored = std::ranges::find_if(patient.status, [&](const ProviderStatus& one) {
        return !one.accounts.empty() && same_provider(one.id, of_client.id);
      });
      if (stored == patient.status.end() || stored->provider == nullptr) continue;
      for (const std::string& name : rivals_of(*stored->provider, of_client)) {
        if (!environment.get_nonblank(name)) continue;
        findings.push_back(
            {Weight::wrong,
             {fmt::format("{} is set, and {} takes it before what its settings get from pindus; "
                          "pindus auth exec removes it",
                          name, printable(client.label, 80)),
              fmt::format("unset {}", name)}});
      }
    }
  }
  return findings;
}

}  // namespace pindus
