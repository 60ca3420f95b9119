#include "core/vault/held_file_accounts.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/vault/credential_record.hpp"
#include "core/vault/file_snapshot.hpp"
#include "core/vault/file_transaction.hpp"

namespace pindus {
namespace {

std::string describe(const std::vector<Account>& accounts) {
  return accounts.size() == 1 ? accounts.front().described()
                              : fmt::format("one of {} accounts", accounts.size());
}

Result<FileLock> lock_accounts(const VaultPlace& place, const std::vector<Account>& accounts,
                               VaultNotes& notes, const std::stop_token& stop,
                               std::chrono::milliseconds limit) {
  std::vector<std::int64_t> bytes;
  for (const Account& account : accounts) bytes.push_back(account.lock_byte());
  return FileLock::take(place, std::move(bytes), describe(accounts), stop, limit, &notes);
}

}  // namespace

Result<std::unique_ptr<HeldAccounts>> HeldFileAccounts::hold(VaultPlace place,
                                                             std::span<const Account> accounts,
                                                             VaultNotes& notes,
                                                             const std::stop_token& stop) {
  auto lock =
      TRY(lock_accounts(place, {accounts.begin(), accounts.end()}, notes, stop, lock_wait_limit));
  std::unique_ptr<HeldFileAccounts> held(
      new HeldFileAccounts(std::move(place), accounts, notes, std::move(lock)));
  TRY(held->take_up(stop));
  return held;
}

// Whoever made a replacement for an account that is ours now is gone.
Result<void> HeldFileAccounts::take_up(const std::stop_token& stop) {
  for (const LeftOver& left_over : list_left_overs(place_)) {
    const auto account = std::ranges::find(accounts_, left_over.stake.byte, &Account::lock_byte);
    if (account == accounts_.end()) continue;
    const auto edit = [&](const VaultDocument& now) -> Result<SecretText> {
      const auto grant = kept_grant(place_, left_over, *account, now);
      if (!grant) return now.text();
      return now.with_record(*account, [&](std::string_view record, unsigned depth) {
        return refreshed(record, *grant, depth);
      });
    };
    if (auto changed = try_change(edit, stop); !changed) {
      CredentialFault& fault = changed.error();
      fault.message += fmt::format("; a new token of {} waits in {} to be taken up",
                                   account->described(), place_.beside(left_over.name).string());
      return changed;
    }
    remove_left_over(place_, left_over);
  }
  return {};
}

Result<VaultDocument> HeldFileAccounts::reserve(const std::stop_token& stop) {
  // Without its name the lock holds nobody back.
  if (!lock_.is_current(place_)) {
    lock_ = TRY(lock_accounts(place_, accounts_, notes_, stop, time_until(deadline_)));
  }
  lock_.say_who_holds();
  replacement_.reset();
  auto transaction = TRY(FileTransaction::begin(place_, notes_, stop, deadline_));
  VaultDocument now = TRY(transaction.prove(stop));
  stake_ = {lock_.bytes().front(), token_mark(now.record(accounts_.front()))};
  replacement_.emplace(TRY(ReplacementFile::make(place_, stake_, notes_)));
  TRY(replacement_->reserve(now.text().size() + room_for_growth));
  reserved_for_ = now;
  return now;
}

Result<void> HeldFileAccounts::change(const VaultEdit& edit, const std::stop_token& stop) {
  kept_in_.reset();
  auto changed = try_change(edit, stop);
  if (!reserved_for_) return changed;
  if (changed) {
    stake_ = {};
    reserved_for_.reset();
  } else if (auto kept = keep(edit, *reserved_for_); !kept) {
    changed.error().message += fmt::format(" ({})", kept.error().message);
  }
  return changed;
}

Result<void> HeldFileAccounts::try_change(const VaultEdit& edit, const std::stop_token& stop) {
  auto transaction = TRY(FileTransaction::begin(place_, notes_, stop, deadline_));
  // What was reserved for can't be had twice: then a file that another program seems to be writing
  // is worth a wait for as long as there is.
  const std::chrono::milliseconds patience = reserved_for_ ? time_until(deadline_) : settle_time;
  return transaction.change(edit, replacement_, stake_, patience, stop);
}

// Leaves the outcome beside the vault: all of a vault, but only the account's record counts.
Result<void> HeldFileAccounts::keep(const VaultEdit& edit, const VaultDocument& before) {
  const SecretText text = TRY(edit(before));
  if (text == before.text()) return {};
  if (!replacement_ || !replacement_->is_in_place()) {
    replacement_.emplace(TRY(ReplacementFile::make(place_, stake_, notes_)));
  }
  TRY(replacement_->write(text));
  kept_in_ = place_.beside(replacement_->name());
  replacement_->keep();
  replacement_.reset();
  return {};
}

}  // namespace pindus
