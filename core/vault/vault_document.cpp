#include "core/vault/vault_document.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <ranges>
#include <utility>

#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"
#include "core/vault/credential_record.hpp"

namespace pindus {
namespace {

// Depths of what we add, for set_member.
constexpr unsigned provider_depth = 1;
constexpr unsigned account_depth = 2;
constexpr unsigned record_depth = 3;

constexpr std::string_view single_account = "default";

constexpr std::string_view not_accounts = "this should be a provider's accounts";
constexpr std::string_view not_a_record = "this should be an account's record";

// What some programs write before a document, and we keep there (RFC 8259, section 8.1).
std::string_view byte_order_mark(std::string_view text) {
  return text.substr(0, text.starts_with("\xef\xbb\xbf") ? 3 : 0);
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n", byte_order_mark(text).size()) == text.npos;
}

bool is_object(const JsonMember& member) {
  return member.kind == bare::JsonKind::object;
}

void end_line(SecretText& text) {
  if (!text.ends_with('\n')) text += '\n';
}

}  // namespace

CredentialFault too_large_fault(std::string_view name) {
  return credential_fault(FaultKind::vault,
                          fmt::format("{} is larger than 64 MiB, which no vault is", name),
                          "move it away and sign in again; it was left as it is");
}

Result<VaultDocument> VaultDocument::parse(SecretText text, std::string_view name) {
  if (text.size() > vault_size_limit) return std::unexpected(too_large_fault(name));
  VaultDocument document(std::move(text), name);
  if (!is_blank(document.text_)) TRY(document.index());
  return document;
}

Result<void> VaultDocument::index() {
  bare::JsonReader reader({text_.data(), text_.size()});
  bare::TextBuffer ignored;
  std::vector<JsonMember> members;
  reader.enter_object();
  if (reader.error() == bare::JsonError::not_of_this_kind) {
    return fault_at(reader.error_offset(), "it is not an object");
  }
  while (reader.next_member(ignored)) {
    JsonMember member;
    member.name = decode_member_name(reader, text_);
    member.name_span = reader.name_span();
    if (!reader.peek(member.kind) || !reader.skip_value()) break;
    member.value_span = reader.value_span();
    members.push_back(std::move(member));
  }
  if (!reader.finish()) return fault_at(reader.error_offset(), bare::describe(reader.error()));

  auto folded = members;
  for (JsonMember& member : folded) member.name = folded_provider(member.name);
  TRY(check_twice(folded, "provider", 0));
  for (JsonMember& member : members) {
    Provider provider{std::move(member), false, {}};
    auto inner = list_members(value_of(provider));
    provider.is_record = is_record(inner);
    if (!provider.is_record) {
      TRY(check_twice(inner, "account", provider.member.value_span.begin));
      provider.accounts = std::move(inner);
    }
    providers_.push_back(std::move(provider));
  }
  return {};
}

Result<void> VaultDocument::check_twice(const std::vector<JsonMember>& members,
                                        std::string_view what, std::size_t base) const {
  std::vector<const JsonMember*> sorted;
  sorted.reserve(members.size());
  for (const JsonMember& member : members) sorted.push_back(&member);
  std::ranges::sort(sorted, {}, [](const JsonMember* member) {
    return std::pair(std::string_view(member->name), member->name_span.begin);
  });
  const auto twice = std::ranges::adjacent_find(sorted, {}, &JsonMember::name);
  if (twice == sorted.end()) return {};
  const JsonMember& second = **std::next(twice);
  return fault_at(base + second.name_span.begin,
                  fmt::format("the {} \"{}\" is there twice", what, printable(second.name, 60)));
}

std::unexpected<CredentialFault> VaultDocument::fault_at(std::size_t offset,
                                                         std::string_view reason) const {
  const std::string_view before = std::string_view(text_).substr(0, offset);
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  // Columns are characters: bytes that continue one (10xxxxxx) don't count.
  const auto column = 1 + std::ranges::count_if(before.substr(line_begin), [](char c) {
                        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
                      });
  return fail(
      FaultKind::vault,
      fmt::format("{} can't be understood: line {}, column {}: {}", name_, line, column, reason),
      "mend it with an editor, or move it away and sign in again; it was left as it is");
}

std::string_view VaultDocument::value_of(const Provider& provider) const {
  return provider.member.value(text_);
}

const VaultDocument::Provider* VaultDocument::find(std::string_view provider) const {
  const auto found = std::ranges::find_if(providers_, [&](const Provider& candidate) {
    return same_provider(candidate.member.name, provider);
  });
  return found == providers_.end() ? nullptr : &*found;
}

std::vector<StoredAccount> VaultDocument::accounts_of(const Provider& provider) const {
  std::vector<StoredAccount> accounts;
  if (provider.is_record) {
    accounts.push_back(CredentialRecord(value_of(provider)).account(single_account));
    accounts.back().is_default = true;
    return accounts;
  }
  for (const JsonMember& account : provider.accounts | std::views::filter(is_object)) {
    accounts.push_back(CredentialRecord(account.value(value_of(provider))).account(account.name));
  }
  return accounts;
}

std::vector<StoredProvider> VaultDocument::providers() const {
  std::vector<StoredProvider> stored;
  for (const Provider& provider : providers_) {
    auto accounts = accounts_of(provider);
    if (!accounts.empty()) stored.push_back({provider.member.name, std::move(accounts)});
  }
  return stored;
}

std::vector<StoredAccount> VaultDocument::accounts(std::string_view provider) const {
  const Provider* found = find(provider);
  return found == nullptr ? std::vector<StoredAccount>() : accounts_of(*found);
}

std::optional<std::string> VaultDocument::default_account(std::string_view provider) const {
  auto stored = accounts(provider);
  if (stored.empty()) return std::nullopt;
  const auto marked = std::ranges::find_if(stored, &StoredAccount::is_default);
  return std::move((marked == stored.end() ? stored.front() : *marked).name);
}

std::optional<std::string_view> VaultDocument::record(const Account& account) const {
  const Provider* found = find(account.provider);
  if (found == nullptr) return std::nullopt;
  if (found->is_record) {
    if (account.name != single_account) return std::nullopt;
    return value_of(*found);
  }
  const JsonMember* member = find_member(found->accounts, account.name);
  if (member == nullptr || !is_object(*member)) return std::nullopt;
  return member->value(value_of(*found));
}

Result<std::string_view> VaultDocument::require_record(const Account& account) const {
  TRY(check_form(account.provider, account.name));
  if (const auto found = record(account)) return *found;
  return std::unexpected(
      CredentialFault{FaultKind::not_found, "No such account",
                      fmt::format("{} has no account named \"{}\"", printable(account.provider, 80),
                                  printable(account.name, 80)),
                      "pindus signin --list"});
}

Result<void> VaultDocument::check_form(std::string_view provider,
                                       const std::optional<std::string>& account) const {
  const Provider* found = find(provider);
  if (found == nullptr || found->is_record) return {};
  const std::size_t begin = found->member.value_span.begin;
  if (!is_object(found->member)) return fault_at(begin, not_accounts);
  if (account) {
    const JsonMember* member = find_member(found->accounts, *account);
    if (member == nullptr || is_object(*member)) return {};
    return fault_at(begin + member->value_span.begin, not_a_record);
  }
  if (found->accounts.empty() || std::ranges::any_of(found->accounts, is_object)) return {};
  return fault_at(begin, not_accounts);
}

Result<SecretText> VaultDocument::with_record(const Account& account,
                                              const RecordEdit& edit) const {
  const SecretText root =
      is_blank(text_) ? SecretText(byte_order_mark(text_)).append("{}\n") : text_;
  const Provider* found = find(account.provider);
  if (found != nullptr && !is_object(found->member)) {
    return fault_at(found->member.value_span.begin, not_accounts);
  }
  const std::string_view id =
      found == nullptr ? account.provider : std::string_view(found->member.name);
  const std::string_view value = found == nullptr ? "{}" : value_of(*found);
  const bool single = found != nullptr && found->is_record;
  SecretText new_provider;
  if (single && account.name == single_account) {
    new_provider = edit(value, account_depth);
    // A refresh leaves an older program's form as it is; a sign-in makes it one of ours.
    if (!is_record(list_members(new_provider))) {
      new_provider = set_member("{}", account.name,
                                as_default(edit(value, record_depth), record_depth), account_depth);
    }
  } else {
    const SecretText accounts =
        single ? set_member("{}", single_account, value, account_depth) : SecretText(value);
    const auto members = list_members(accounts);
    const JsonMember* member = find_member(members, account.name);
    if (member != nullptr && !is_object(*member)) {
      return fault_at(found->member.value_span.begin + member->value_span.begin, not_a_record);
    }
    SecretText record = edit(member == nullptr ? "{}" : member->value(accounts), record_depth);
    if (std::ranges::none_of(members, is_object)) record = as_default(record, record_depth);
    new_provider = set_member(accounts, account.name, record, account_depth);
  }
  SecretText edited = set_member(root, id, new_provider, provider_depth);
  end_line(edited);
  return edited;
}

SecretText VaultDocument::without_accounts(std::span<const Account> accounts) const {
  std::map<const Provider*, std::set<std::string_view>> meant;
  for (const Account& account : accounts) {
    if (record(account)) meant[find(account.provider)].insert(account.name);
  }
  if (meant.empty()) return text_;
  SecretText edited = text_;
  std::set<std::string_view> emptied;
  for (const auto& [provider, names] : meant) {
    const SecretText rest = without(*provider, names);
    if (list_members(rest).empty()) emptied.insert(provider->member.name);
    edited = set_member(edited, provider->member.name, rest, provider_depth);
  }
  edited = remove_members(edited, [&](std::string_view name) { return emptied.contains(name); });
  end_line(edited);
  return edited;
}

SecretText VaultDocument::with_default(const Account& account) const {
  const Provider& provider = *find(account.provider);
  if (provider.is_record) return text_;  // it has but one account
  SecretText accounts(value_of(provider));
  for (const JsonMember& member : provider.accounts | std::views::filter(is_object)) {
    const std::string_view record = member.value(value_of(provider));
    const bool is_meant = member.name == account.name;
    if (CredentialRecord(record).is_default() == is_meant) continue;
    accounts = set_member(accounts, member.name,
                          is_meant ? as_default(record, record_depth)
                                   : set_member(record, "isDefault", "false", record_depth),
                          account_depth);
  }
  return set_member(text_, provider.member.name, accounts, provider_depth);
}

SecretText VaultDocument::with_name(const Account& account, std::string_view name) const {
  const Provider& provider = *find(account.provider);
  const SecretText accounts =
      provider.is_record
          ? set_member("{}", name, as_default(value_of(provider), record_depth), account_depth)
          : rename_member(value_of(provider), account.name, name);
  return set_member(text_, provider.member.name, accounts, provider_depth);
}

// What is left of the provider's value.
SecretText VaultDocument::without(const Provider& provider,
                                  const std::set<std::string_view>& accounts) const {
  if (provider.is_record) return SecretText("{}");
  const auto goes = [&](std::string_view name) { return accounts.contains(name); };
  const auto is_default = [](std::string_view text) {
    return [text](const JsonMember& member) {
      return CredentialRecord(member.value(text)).is_default();
    };
  };
  const std::string_view value = value_of(provider);
  const bool was_default = std::ranges::any_of(
      provider.accounts |
          std::views::filter([&](const JsonMember& member) { return goes(member.name); }),
      is_default(value));
  SecretText rest = remove_members(value, goes);
  const auto left = list_members(rest);
  const auto heir = std::ranges::find_if(left, is_object);
  if (was_default && heir != left.end() && std::ranges::none_of(left, is_default(rest))) {
    rest = set_member(rest, heir->name, as_default(heir->value(rest), record_depth), account_depth);
  }
  return rest;
}

}  // namespace pindus
