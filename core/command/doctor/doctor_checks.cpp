#include <array>

#include "core/command/doctor/doctor.hpp"

namespace pindus {

std::span<const DoctorCheck> doctor_checks() {
  static constexpr std::array table = {
      DoctorCheck{"profile", "the profile is yours alone", look_at_profile},
      DoctorCheck{"vault", "the vault can be read and written", look_at_vault},
      DoctorCheck{"lock", "nobody keeps it locked", look_at_lock},
      DoctorCheck{"leftovers", "no crash has left anything", look_at_left_overs},
      DoctorCheck{"accounts", "every account can be used", look_at_accounts, CheckNeeds::vault},
      DoctorCheck{"clock", "the clock is right", look_at_clock, CheckNeeds::vault},
      DoctorCheck{"rules", "rules and variables name accounts that are there", look_at_rules},
      DoctorCheck{"manifests", "no manifest or plugin is refused", look_at_manifests},
      DoctorCheck{"variables", "no variable contradicts what is stored", look_at_variables,
                  CheckNeeds::vault},
      DoctorCheck{"tools", "no variable wins over what tools get from here", look_at_tools,
                  CheckNeeds::vault},
      DoctorCheck{"network", "proxies and authorities can be used", look_at_network},
      DoctorCheck{"hosts", "the providers' hosts answer", look_at_hosts, CheckNeeds::network},
  };
  return table;
}

std::optional<struct stat> Patient::look_at(const std::string& name) const {
  return place ? place->look_at(name).value_or(std::nullopt) : std::nullopt;
}

Patient Patient::examine(Context& context) {
  Patient patient{.context = context};
  // What is wrong with manifests is a finding.
  static_cast<void>(context.providers_without_warnings());
  const auto& profile = context.profile();
  if (!profile) return patient;
  if (auto place = VaultPlace::find(*profile / "auth.json")) patient.place = std::move(*place);
  patient.vault = context.vault().storage().read(context.stop());
  static_cast<void>(context.vault().storage().take_notes());  // they are findings, too
  if (!patient.vault) return patient;
  if (auto status = collect_accounts(context, std::nullopt)) patient.status = *std::move(status);
  for (ProviderStatus& status : patient.status) {
    if (!mark_used(status, context)) break;  // that the rules are broken is a finding of its own
  }
  return patient;
}

}  // namespace pindus
