#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/fault.hpp"
#include "core/setup/setup_change.hpp"
#include "core/vault/text_file.hpp"

namespace pindus {

/// A step that was made, as it is remembered: without settings and lines.
struct RememberedStep {
  SetupStep step;
  Json memo;
};

/// What is remembered of a file that was changed.
struct RememberedFile {
  bool made = false;                                ///< there was none before
  std::vector<std::filesystem::path> folders = {};  ///< that were made for it, the outer ones first
  std::optional<std::string> blank = {};   ///< what it held, where that was nothing but blanks
  std::vector<RememberedStep> steps = {};  ///< in the order in which they were made
};

/// What `auth setup` has changed, in PROFILE/setup.json: which file, for whom, and what takes it
/// back. A value that was replaced may be a key, so the file is private. One thread at a time.
class SetupMemory {
 public:
  using Files = std::map<std::filesystem::path, RememberedFile>;

  /// Reads it. An empty profile remembers nothing. Faults: vault, with the file's name, where it
  /// can't be read or understood.
  [[nodiscard]] static Result<SetupMemory> read(const std::filesystem::path& profile);

  [[nodiscard]] const Files& files() const noexcept { return files_; }

  /// The note for a file; nothing where none is kept.
  [[nodiscard]] const RememberedFile* find(const std::filesystem::path& file) const;

  /// Stores the note for a file, or, where it has no steps, forgets it. Faults: vault; then the
  /// note is as it was.
  [[nodiscard]] Result<void> keep(const std::filesystem::path& file, RememberedFile note);

 private:
  explicit SetupMemory(TextFile file) : file_(std::move(file)) {}
  [[nodiscard]] bool understand();

  TextFile file_;
  Files files_;
};

}  // namespace pindus
