#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/base/epoch_time.hpp"
#include "core/base/text.hpp"
#include "core/command/doctor/doctor.hpp"

namespace pindus {
namespace {

using Weight = Finding::Weight;

constexpr std::int64_t clock_step_ms = 60'000;

// What each account has to say for itself.
std::optional<Finding> judge_account(const Account& account, const AccountStatus& status) {
  const std::string name = printable(account.described(), 200);
  switch (status.state) {
    case AccountState::dead:
    case AccountState::invalid:
      return Finding{Weight::wrong,
                     {fmt::format("{}: {}", name, status.text), account.replace_command()}};
    case AccountState::unknown:
      if (status.account.kind) return std::nullopt;
      return Finding{Weight::note, {fmt::format("{}: {}", name, status.text), ""}};
    case AccountState::valid:
    case AccountState::expiring:
    case AccountState::expired: break;
  }
  return std::nullopt;
}

bool is_stored(const Patient& patient, std::string_view provider, std::string_view account) {
  return patient.vault && patient.vault->record({std::string(provider), std::string(account)});
}

}  // namespace

Findings look_at_accounts(Patient& patient) {
  Findings findings;
  for (const ProviderStatus& provider : patient.status) {
    if (!provider.oddity.empty()) {
      findings.push_back(
          {Weight::wrong, {provider.oddity, "mend it with an editor, or remove it"}});
    }
    if (provider.provider == nullptr && !provider.accounts.empty()) {
      findings.push_back(
          {Weight::wrong,
           {fmt::format("no manifest describes {}, of which {} stored", printable(provider.id, 80),
                        provider.accounts.size() == 1 ? "an account is" : "accounts are"),
            fmt::format("install the package that describes it, or: pindus signout {}",
                        shell_word(provider.id))}});
      continue;
    }
    for (const AccountStatus& status : provider.accounts) {
      auto finding = judge_account({provider.id, status.account.name}, status);
      if (finding) findings.push_back(*std::move(finding));
    }
  }
  return findings;
}

Findings look_at_clock(Patient& patient) {
  Findings findings;
  for (const ProviderStatus& provider : patient.status) {
    for (const AccountStatus& status : provider.accounts) {
      const Account account{provider.id, status.account.name};
      if (status.account.end_is_unknown && status.account.kind) {
        findings.push_back(
            {Weight::wrong,
             {fmt::format("the token of {} ends later than it can live, or at no time: the clock "
                          "was wrong then, or is now",
                          printable(account.described(), 200)),
              status.account.can_refresh
                  ? fmt::format("pindus auth refresh --force {}",
                                shell_word(account.provider + ":" + account.name))
                  : account.replace_command()}});
      }
      if (status.refused_ms && *status.refused_ms > now_ms() + clock_step_ms) {
        findings.push_back({Weight::wrong,
                            {fmt::format("{} was refused at a time that is still to come",
                                         printable(account.described(), 200)),
                             "timedatectl"}});
      }
    }
  }
  if (!patient.place) return findings;
  const auto status = patient.look_at(patient.place->name);
  if (status && std::int64_t{status->st_mtim.tv_sec} * 1000 > now_ms() + clock_step_ms) {
    findings.push_back({Weight::wrong,
                        {fmt::format("{} was written at a time that is still to come",
                                     printable(patient.place->file.native(), 1000)),
                         "timedatectl"}});
  }
  return findings;
}

Findings look_at_rules(Patient& patient) {
  const Context& context = patient.context;
  if (!context.profile()) return {};
  const auto rules = context.project_rules().list();
  if (!rules) return {{Weight::wrong, {rules.error().message, rules.error().hint}}};
  Findings findings;
  for (const ProjectRule& rule : *rules) {
    const std::string remove = fmt::format("pindus auth use {} --remove --dir {}",
                                           shell_word(rule.provider), shell_word(rule.folder));
    const std::string called = fmt::format("the rule for {}", printable(rule.folder, 1000));
    std::error_code error;
    if (!std::filesystem::is_directory(rule.folder, error)) {
      findings.push_back(
          {Weight::wrong, {fmt::format("{} is for a folder that is gone", called), remove}});
    } else if (patient.vault && !is_stored(patient, rule.provider, rule.account)) {
      findings.push_back(
          {Weight::wrong,
           {fmt::format("{} names {}, which isn't stored", called,
                        printable(Account{rule.provider, rule.account}.described(), 200)),
            remove}});
    }
  }
  if (!patient.vault) return findings;
  for (const ProviderStatus& provider : patient.status) {
    const std::string variable = account_variable(provider.id);
    const auto account = context.environment().get_nonblank(variable);
    if (!account || is_stored(patient, provider.id, *account)) continue;
    findings.push_back({Weight::wrong,
                        {fmt::format("{} names {}, which isn't stored", variable,
                                     printable(Account{provider.id, *account}.described(), 200)),
                         fmt::format("unset {}", variable)}});
  }
  return findings;
}

}  // namespace pindus
