#pragma once

#include <sys/stat.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/command/account_status.hpp"
#include "core/vault/vault_place.hpp"

namespace pindus {

/// Something that a check saw.
struct Finding {
  enum class Weight { note, wrong };
  Weight weight = Weight::wrong;
  Reason why = {};  ///< the hint is a command alone where there is one
};
using Findings = std::vector<Finding>;

/// What the checks look at; each part is had once, and only read. A part that can't be had is for
/// the one check to tell that is about it.
struct Patient {
  Context& context;
  /// Where the vault's file really is; nothing without a profile, or where that isn't there.
  std::optional<VaultPlace> place = {};
  Result<VaultDocument> vault = std::unexpected(CredentialFault());
  std::vector<ProviderStatus> status = {};  ///< empty where the vault can't be read

  /// The state of a file beside the vault; nothing where there is none, or it can't be told.
  [[nodiscard]] std::optional<struct stat> look_at(const std::string& name) const;

  /// Reads what there is. Takes no lock and makes nothing.
  [[nodiscard]] static Patient examine(Context& context);
};

/// What a check can't do without.
enum class CheckNeeds {
  nothing,
  vault,    ///< that it can be read
  network,  ///< that a person lets it ask
};

/// One thing to look at: its name, its words for people, and what looks. A new one is a function
/// and a row in doctor_checks.cpp.
struct DoctorCheck {
  std::string_view name;   ///< "lock"
  std::string_view title;  ///< "nobody keeps the vault locked"
  Findings (*look)(Patient& patient);
  CheckNeeds needs = CheckNeeds::nothing;
};

/// All of them, in the order in which they are told.
[[nodiscard]] std::span<const DoctorCheck> doctor_checks();

// doctor_files.cpp
[[nodiscard]] Findings look_at_profile(Patient& patient);
[[nodiscard]] Findings look_at_vault(Patient& patient);
[[nodiscard]] Findings look_at_lock(Patient& patient);
[[nodiscard]] Findings look_at_left_overs(Patient& patient);
// doctor_accounts.cpp
[[nodiscard]] Findings look_at_accounts(Patient& patient);
[[nodiscard]] Findings look_at_clock(Patient& patient);
[[nodiscard]] Findings look_at_rules(Patient& patient);
// doctor_environment.cpp
[[nodiscard]] Findings look_at_manifests(Patient& patient);
[[nodiscard]] Findings look_at_variables(Patient& patient);
[[nodiscard]] Findings look_at_tools(Patient& patient);
// doctor_network.cpp
[[nodiscard]] Findings look_at_network(Patient& patient);
[[nodiscard]] Findings look_at_hosts(Patient& patient);

}  // namespace pindus
