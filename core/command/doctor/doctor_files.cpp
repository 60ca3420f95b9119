#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "core/base/epoch_time.hpp"
#include "core/base/stoppable_wait.hpp"
#include "core/base/text.hpp"
#include "core/command/doctor/doctor.hpp"
#include "core/providers/trust.hpp"
#include "core/vault/file_lock.hpp"
#include "core/vault/left_over.hpp"
#include "core/vault/lock_directory.hpp"
#include "core/vault/memo_file.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;
using Weight = Finding::Weight;

// A write takes milliseconds; whoever holds the vault for longer has a reason.
constexpr std::chrono::milliseconds usual_write{1000};
constexpr std::int64_t old_ms = 60LL * 60 * 1000;

std::string shown_path(const fs::path& path) {
  return printable(path.native(), 1000);
}

Finding finding_of(const CredentialFault& fault) {
  return {Weight::wrong, {fault.message, fault.hint}};
}

void judge_owner(const fs::path& path, const struct stat& status, Findings& findings) {
  const uid_t user = ::geteuid();
  if (user == 0 || status.st_uid == user) return;
  findings.push_back(
      {Weight::wrong,
       {fmt::format("{} belongs to another user (uid {})", shown_path(path), status.st_uid),
        fmt::format("sudo chown {} {}", user, shell_word(path.native()))}});
}

std::int64_t modified_ms(const struct stat& status) {
  return std::int64_t{status.st_mtim.tv_sec} * 1000 + status.st_mtim.tv_nsec / 1'000'000;
}

// "the account work of openai", whose lock byte that is; else the vault itself.
struct LockedThing {
  std::int64_t byte = vault_lock_byte;
  std::optional<Account> account = {};
  [[nodiscard]] std::string described() const {
    return account ? account->described() : std::string("the vault");
  }
};

std::vector<LockedThing> locked_things(const Patient& patient) {
  std::vector<LockedThing> things = {{}};
  if (!patient.vault) return things;
  for (const StoredProvider& provider : patient.vault->providers()) {
    for (const StoredAccount& stored : provider.accounts) {
      const Account account{provider.id, stored.name};
      things.push_back({account.lock_byte(), account});
    }
  }
  return things;
}

std::vector<HeldByte> held_now(const VaultPlace& place, const std::vector<LockedThing>& things) {
  std::vector<std::int64_t> bytes;
  for (const LockedThing& thing : things) bytes.push_back(thing.byte);
  return held_bytes(place, bytes);
}

Finding lock_finding(const HeldByte& held, const std::vector<LockedThing>& things,
                     const VaultPlace& place) {
  const auto thing = std::ranges::find(things, held.byte, &LockedThing::byte);
  const std::string what = thing == things.end() ? "something" : thing->described();
  // A refresh may hold its account for as long as the provider takes.
  const bool may_be_refresh = held.byte != vault_lock_byte && !held.is_stopped;
  const Weight weight = may_be_refresh ? Weight::note : Weight::wrong;
  if (held.process == 0) {
    const fs::path lock = place.beside(place.lock_name());
    return {weight,
            {fmt::format("a process that isn't known here keeps {} locked", what),
             fmt::format("fuser {}", shell_word(lock.native()))}};
  }
  return {weight,
          {fmt::format("process {} ({}) keeps {} locked{}", held.process, printable(held.program),
                       what, held.is_stopped ? " and is stopped" : ""),
           fmt::format("kill {}{}", held.is_stopped ? "-CONT " : "", held.process)}};
}

void look_at_lock_directory(const Patient& patient, const VaultPlace& place, Findings& findings) {
  const std::string name = place.name + ".lock";
  const auto status = patient.look_at(name);
  if (!status || !S_ISDIR(status->st_mode)) return;
  if (now_ms() - modified_ms(*status) < LockDirectory::stale_after.count()) return;
  findings.push_back(
      {Weight::note,
       {fmt::format("{} is the lock of another program that has ended without taking it away",
                    shown_path(place.beside(name))),
        fmt::format("rmdir {}", shell_word(place.beside(name).native()))}});
}

void judge_left_over(const LeftOver& left_over, const Patient& patient, const VaultPlace& place,
                     const std::vector<LockedThing>& things, Findings& findings) {
  const fs::path path = place.beside(left_over.name);
  const auto status = patient.look_at(left_over.name);
  if (!status) return;  // it is gone
  const auto thing = std::ranges::find(things, left_over.stake.byte, &LockedThing::byte);
  if (!held_bytes(place, {left_over.stake.byte}).empty()) return;  // somebody is at work
  const std::optional<Account> account = thing == things.end() ? std::nullopt : thing->account;
  if (account && patient.vault) {
    if (kept_grant(place, left_over, *account, *patient.vault)) {
      findings.push_back(
          {Weight::wrong,
           {fmt::format("what the provider gave for {} could not be stored and is kept in {}",
                        account->described(), shown_path(path)),
            fmt::format("pindus auth refresh {}",
                        shell_word(account->provider + ":" + account->name))}});
      return;
    }
  }
  if (now_ms() - modified_ms(*status) < old_ms) return;
  findings.push_back(
      {Weight::wrong,
       {fmt::format("{} is left over from a write that was broken off", shown_path(path)),
        fmt::format("rm {}", shell_word(path.native()))}});
}

}  // namespace

Findings look_at_profile(Patient& patient) {
  Findings findings;
  const auto& profile = patient.context.profile();
  if (!profile) return {finding_of(profile.error())};
  struct stat status = {};
  if (::lstat(profile->c_str(), &status) != 0 && errno == ENOENT) return {};  // nothing is stored
  const PathTrust trust(TrustSource::of_system(), {});
  if (const auto distrust = trust.check_folder(Layer::user, fs::absolute(*profile))) {
    findings.push_back({Weight::wrong,
                        {fmt::format("{} {}", shown_path(distrust->component), distrust->reason),
                         distrust->hint}});
  } else if (::stat(profile->c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
    findings.push_back({Weight::note,
                        {fmt::format("{} can be listed by others (mode {:o})", shown_path(*profile),
                                     status.st_mode & 0777),
                         fmt::format("chmod 700 {}", shell_word(profile->native()))}});
  }
  const fs::path rules = *profile / "projects.json";
  if (::stat(rules.c_str(), &status) == 0) {
    judge_owner(rules, status, findings);
    if ((status.st_mode & 022) != 0) {
      findings.push_back(
          {Weight::wrong,
           {fmt::format("{}, which says whose key is used, can be written by others (mode {:o})",
                        shown_path(rules), status.st_mode & 0777),
            fmt::format("chmod go-w {}", shell_word(rules.native()))}});
    }
  }
  return findings;
}

Findings look_at_vault(Patient& patient) {
  if (!patient.context.profile()) return {};
  Findings findings;
  if (!patient.vault) findings.push_back(finding_of(patient.vault.error()));
  if (patient.place) {
    const VaultPlace& place = *patient.place;
    const auto status = patient.look_at(place.name);
    if (status && S_ISREG(status->st_mode)) {
      judge_owner(place.file, *status, findings);
      if ((status->st_mode & 077) != 0) {
        findings.push_back({Weight::wrong,
                            {fmt::format("{} is open to others (mode {:o})", shown_path(place.file),
                                         status->st_mode & 0777),
                             fmt::format("chmod 600 {}", shell_word(place.file.native()))}});
      }
      if (status->st_nlink > 1) {
        findings.push_back(
            {Weight::wrong,
             {fmt::format("{} has another name, which a write leaves with what it had before",
                          shown_path(place.file)),
              fmt::format("find {} -samefile {}", shell_word(place.file.parent_path().native()),
                          shell_word(place.file.native()))}});
      }
    }
  }
  if (const auto writable = patient.context.vault().storage().check_writable(); !writable) {
    const bool is_told = std::ranges::any_of(findings, [&](const Finding& finding) {
      return finding.why.message == writable.error().message;
    });
    if (!is_told) findings.push_back(finding_of(writable.error()));
  }
  return findings;
}

Findings look_at_lock(Patient& patient) {
  if (!patient.place) return {};
  const VaultPlace& place = *patient.place;
  const auto things = locked_things(patient);
  const auto before = held_now(place, things);
  Findings findings;
  if (!before.empty()) {
    static_cast<void>(wait_unless_stopped(usual_write, patient.context.stop()));
    for (const HeldByte& held : held_now(place, things)) {
      const bool was_there = std::ranges::any_of(before, [&](const HeldByte& other) {
        return other.byte == held.byte && other.process == held.process;
      });
      if (was_there) findings.push_back(lock_finding(held, things, place));
    }
  }
  look_at_lock_directory(patient, place, findings);
  return findings;
}

Findings look_at_left_overs(Patient& patient) {
  if (!patient.place) return {};
  const VaultPlace& place = *patient.place;
  const auto things = locked_things(patient);
  Findings findings;
  for (const LeftOver& left_over : list_left_overs(place)) {
    judge_left_over(left_over, patient, place, things, findings);
  }
  if (!patient.vault) return findings;
  for (const auto& [name, byte] : list_memos(place)) {
    if (std::ranges::find(things, byte, &LockedThing::byte) != things.end()) continue;
    findings.push_back(
        {Weight::note,
         {fmt::format("{} is about an account that is gone", shown_path(place.beside(name))),
          fmt::format("rm {}", shell_word(place.beside(name).native()))}});
  }
  return findings;
}

}  // namespace pindus
