#include "core/vault/left_over.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <random>

#include "core/base/text.hpp"
#include "core/vault/credential_record.hpp"
#include "core/vault/file_snapshot.hpp"

namespace pindus {
namespace {

constexpr std::string_view ending = ".new";

std::string beginning(const VaultPlace& place) {
  return "." + place.name + ".";
}

template <typename Number>
bool read_hex(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  return error == std::errc() && end == text.data() + text.size();
}

// What replacement_name made of it; nothing for another name.
std::optional<Stake> stake_in(std::string_view name, const VaultPlace& place) {
  const std::string begin = beginning(place);
  if (name.size() < begin.size() + ending.size() || !name.starts_with(begin) ||
      !name.ends_with(ending)) {
    return std::nullopt;
  }
  name.remove_prefix(begin.size());
  name.remove_suffix(ending.size());
  const auto parts = split(name, ".");
  if (parts.size() != 2) return std::nullopt;
  const auto random = split(parts[1], "-");
  Stake stake;
  std::uint64_t number = 0;
  if (!read_hex(random.back(), number)) return std::nullopt;
  if (random.size() == 1) return stake;
  if (random.size() != 3 || !read_hex(random[0], stake.byte) ||
      !read_hex(random[1], stake.succeeds)) {
    return std::nullopt;
  }
  return stake;
}

}  // namespace

std::uint32_t token_mark(std::optional<std::string_view> record) {
  std::uint32_t mark = 0x811c9dc5;  // FNV-1a
  if (!record) return mark;
  const OAuthCredentials credentials = CredentialRecord(*record).oauth();
  for (const char c : credentials.refresh.view()) {
    mark ^= static_cast<std::uint8_t>(c);
    mark *= 0x01000193;
  }
  return mark;
}

std::string replacement_name(const VaultPlace& place, const Stake& stake) {
  std::random_device device;
  const std::uint64_t random = (std::uint64_t{device()} << 32) | device();
  const std::string at_stake =
      stake.byte == 0 ? "" : fmt::format("{:x}-{:x}-", stake.byte, stake.succeeds);
  return fmt::format("{}{}.{}{:016x}{}", beginning(place), ::getpid(), at_stake, random, ending);
}

std::vector<LeftOver> list_left_overs(const VaultPlace& place) {
  std::vector<LeftOver> found;
  for (std::string& name : names_in(place)) {
    const auto stake = stake_in(name, place);
    if (stake) found.push_back({std::move(name), *stake});
  }
  return found;
}

std::optional<OAuthCredentials> kept_grant(const VaultPlace& place, const LeftOver& left_over,
                                           const Account& account, const VaultDocument& now) {
  const auto stored = now.record(account);
  if (!stored || token_mark(stored) != left_over.stake.succeeds) return std::nullopt;
  const auto kept = read_once(place, left_over.name);
  if (!kept) return std::nullopt;
  const auto record = kept->record(account);
  if (!record || CredentialRecord(*record).kind() != AuthKind::oauth) return std::nullopt;
  OAuthCredentials grant = CredentialRecord(*record).oauth();
  const OAuthCredentials old = CredentialRecord(*stored).oauth();
  // The vault's own bytes, say. A new refresh token may come alone.
  if (grant.access.view() == old.access.view() && grant.refresh.view() == old.refresh.view()) {
    return std::nullopt;
  }
  return grant;
}

bool is_worth_keeping(const VaultPlace& place, const LeftOver& left_over,
                      const VaultDocument& now) {
  for (const StoredProvider& provider : now.providers()) {
    for (const StoredAccount& stored : provider.accounts) {
      const Account account{provider.id, stored.name};
      if (account.lock_byte() == left_over.stake.byte) {
        return kept_grant(place, left_over, account, now).has_value();
      }
    }
  }
  return false;
}

void remove_left_over(const VaultPlace& place, const LeftOver& left_over) noexcept {
  ::unlinkat(place.folder.get(), left_over.name.c_str(), 0);
}

}  // namespace pindus
