#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/fault.hpp"
#include "core/setup/setup_change.hpp"
#include "core/setup/setup_memory.hpp"
#include "core/vault/text_file.hpp"

namespace pindus {

/// What is to become of one file.
struct PlannedFile {
  TextFile before = {};
  std::string after = {};
  bool removed = false;      ///< the file goes: it was made for ours and holds nothing else
  RememberedFile note = {};  ///< what is to be remembered of it then

  /// Whether a byte of it changes.
  [[nodiscard]] bool changes() const { return removed || after != before.content(); }
};

/// The changes that a command is going to make. Nothing is written before `carry_out`.
class SetupPlan {
 public:
  /// `memory` must outlive it.
  explicit SetupPlan(SetupMemory& memory) : memory_(memory) {}

  /// Adds a step. Faults ("Setup failed"), with the file's name: it can't be read or understood, or
  /// has something there that can't be replaced.
  [[nodiscard]] Result<void> add(const SetupStep& step);

  /// Adds that a step which was made is taken back. What was changed since, and therefore stays, is
  /// told by `left`. Faults: as above.
  [[nodiscard]] Result<void> take_back(const SetupStep& step);

  [[nodiscard]] const std::vector<PlannedFile>& files() const noexcept { return files_; }

  /// What stays although it was ours: "/apiKeyHelper in FILE was changed since, and stays".
  [[nodiscard]] const std::vector<std::string>& left() const noexcept { return left_; }

  /// Whether a byte of any file changes.
  [[nodiscard]] bool changes() const;

  /// Writes what was planned, file by file, and remembers it. Faults: a file isn't any more as it
  /// was planned for, or can't be written; those before it are done then.
  [[nodiscard]] Result<void> carry_out();

 private:
  [[nodiscard]] Result<PlannedFile*> file(const std::filesystem::path& path);

  SetupMemory& memory_;
  std::vector<PlannedFile> files_;
  std::vector<std::string> left_;
};

/// The fault of a setup.
[[nodiscard]] CredentialFault setup_fault(std::string message, std::string hint = {});

}  // namespace pindus
