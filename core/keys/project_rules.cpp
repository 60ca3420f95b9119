#include "core/keys/project_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/bare/account_choice.hpp"
#include "core/base/provider_id.hpp"
#include "core/base/text.hpp"
#include "core/vault/json_edit.hpp"

namespace pindus {
namespace {

namespace fs = std::filesystem;

constexpr unsigned folder_depth = 1;
constexpr unsigned provider_depth = 2;

// The name under which a folder's rules have that provider, whose case is as it was written.
std::string name_in(std::string_view rules, std::string_view provider) {
  for (const JsonMember& member : list_members(rules)) {
    if (same_provider(member.name, provider)) return member.name;
  }
  return std::string(provider);
}

std::string with_rule(const std::string& text, const ProjectRule& rule) {
  const auto folders = list_members(text);
  const JsonMember* folder = find_member(folders, rule.folder);
  const std::string_view rules = folder == nullptr ? "{}" : folder->value(text);
  const SecretText edited = set_member(rules, name_in(rules, rule.provider),
                                       quoted(std::string_view(rule.account)), provider_depth);
  return std::string(set_member(text, rule.folder, edited, folder_depth));
}

std::string without_rule(const std::string& text, std::string_view provider,
                         std::string_view folder_name) {
  const auto folders = list_members(text);
  const JsonMember* folder = find_member(folders, folder_name);
  if (folder == nullptr) return text;
  const std::string_view rules = folder->value(text);
  const SecretText left = remove_member(rules, name_in(rules, provider));
  if (left == rules) return text;
  return std::string(list_members(left).empty()
                         ? remove_member(text, folder_name)
                         : set_member(text, folder_name, left, folder_depth));
}

}  // namespace

ProjectRules::ProjectRules(const fs::path& profile)
    : file_(profile.empty() ? fs::path() : profile / "projects.json") {}

CredentialFault ProjectRules::not_understood() const {
  return credential_fault(
      FaultKind::vault,
      fmt::format("{} can't be understood: it should hold folders with providers and accounts",
                  file_.native()),
      "mend it with an editor, or remove it");
}

Result<TextFile> ProjectRules::read() const {
  if (file_.empty()) return TextFile{};
  return read_text_file(file_);
}

Result<std::vector<ProjectRule>> ProjectRules::list() const {
  return rules_in(std::string(TRY(read()).content()));
}

Result<std::vector<ProjectRule>> ProjectRules::rules_in(const std::string& all) const {
  std::vector<ProjectRule> rules;
  if (all.empty()) return rules;
  bare::JsonReader reader(bare_text(all));
  bare::JsonKind kind = bare::JsonKind::null;
  if (!reader.peek(kind) || kind != bare::JsonKind::object || !reader.finish()) {
    return std::unexpected(not_understood());
  }
  for (const JsonMember& folder : list_members(all)) {
    const std::string_view members = folder.value(all);
    if (folder.kind != bare::JsonKind::object) return std::unexpected(not_understood());
    for (const JsonMember& provider : list_members(members)) {
      const auto account = string_of(provider.value(members));
      if (!account) return std::unexpected(not_understood());
      rules.push_back({folder.name, provider.name, std::string(account->view())});
    }
  }
  return rules;
}

Result<std::optional<ProjectRule>> ProjectRules::find(std::string_view provider,
                                                      const fs::path& directory) const {
  const TextFile file = TRY(read());
  const std::string_view all = file.content();
  if (all.empty()) return std::nullopt;
  bare::JsonReader reader(bare_text(all));
  std::string account(all.size(), '\0');
  std::string folder(all.size(), '\0');
  bare::TextBuffer account_buffer(account.data(), account.size());
  bare::TextBuffer folder_buffer(folder.data(), folder.size());
  switch (find_project_rule(reader, bare_text(provider), bare_text(directory.native()),
                            account_buffer, folder_buffer)) {
    case bare::RuleFound::none: return std::nullopt;
    case bare::RuleFound::not_sure: return std::unexpected(not_understood());
    case bare::RuleFound::yes: break;
  }
  account.resize(account_buffer.size);
  folder.resize(folder_buffer.size);
  return ProjectRule{std::move(folder), std::string(provider), std::move(account)};
}

Result<void> ProjectRules::set(const ProjectRule& rule) const {
  return change([&](const std::string& text, const auto&) { return with_rule(text, rule); });
}

Result<bool> ProjectRules::remove(std::string_view provider, std::string_view folder) const {
  bool was_there = false;
  TRY(change([&](const std::string& text, const auto&) {
    std::string left = without_rule(text, provider, folder);
    was_there = left != text;
    return left;
  }));
  return was_there;
}

Result<int> ProjectRules::rename(std::string_view provider, std::string_view account,
                                 std::string_view name) const {
  int count = 0;
  TRY(change([&](const std::string& text, const std::vector<ProjectRule>& rules) {
    std::string edited = text;
    for (const ProjectRule& rule : rules) {
      if (!same_provider(rule.provider, provider) || rule.account != account) continue;
      edited = with_rule(edited, {rule.folder, rule.provider, std::string(name)});
      ++count;
    }
    return edited;
  }));
  return count;
}

Result<void> ProjectRules::change(const Edit& edit) const {
  const TextFile before = TRY(read());
  const std::string text(before.content());
  const auto rules = TRY(rules_in(text));  // what isn't understood is not written over
  const std::string after = edit(text.empty() ? "{}\n" : text, rules);
  if (after == (text.empty() ? "{}\n" : text)) return {};
  TRY(replace_text_file(before, after, NewFileMode::private_));
  return {};
}

}  // namespace pindus
