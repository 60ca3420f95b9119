#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/fault.hpp"
#include "core/vault/text_file.hpp"

namespace pindus {

/// Which account of a provider is meant in a folder and below it.
struct ProjectRule {
  std::string folder;  ///< absolute, without links
  std::string provider;
  std::string account;
};

/// The rules of PROFILE/projects.json. They stand in the profile and never in a project: whose key
/// is used is not for a clone to say. The file is read anew each time, without a lock, and written
/// whole or not at all, its other bytes as they were. Any thread. Faults: vault, with the file's
/// name, where it can't be read, understood or written.
class ProjectRules {
 public:
  /// Touches nothing. An empty profile has no rules.
  explicit ProjectRules(const std::filesystem::path& profile);

  /// All of them, in the file's order.
  [[nodiscard]] Result<std::vector<ProjectRule>> list() const;

  /// The one that counts for a provider in a folder: that of the deepest folder that is it or above
  /// it.
  [[nodiscard]] Result<std::optional<ProjectRule>> find(
      std::string_view provider, const std::filesystem::path& directory) const;

  /// Adds a rule, in place of one for the same folder and provider.
  [[nodiscard]] Result<void> set(const ProjectRule& rule) const;

  /// Removes the rule for a provider in exactly that folder; returns whether there was one.
  [[nodiscard]] Result<bool> remove(std::string_view provider, std::string_view folder) const;

  /// Lets every rule that names an account name another, which it is called by now; returns how
  /// many there were.
  [[nodiscard]] Result<int> rename(std::string_view provider, std::string_view account,
                                   std::string_view name) const;

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

 private:
  using Edit =
      std::function<std::string(const std::string& text, const std::vector<ProjectRule>& rules)>;
  [[nodiscard]] Result<TextFile> read() const;
  [[nodiscard]] Result<std::vector<ProjectRule>> rules_in(const std::string& text) const;
  [[nodiscard]] Result<void> change(const Edit& edit) const;
  [[nodiscard]] CredentialFault not_understood() const;

  std::filesystem::path file_;
};

}  // namespace pindus
