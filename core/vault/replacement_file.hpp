#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/fault.hpp"
#include "core/base/file_descriptor.hpp"
#include "core/vault/left_over.hpp"
#include "core/vault/vault_notes.hpp"
#include "core/vault/vault_place.hpp"

namespace pindus {

/// What a sign-in or a refresh may add to the file: tokens are some kilobytes at most.
inline constexpr std::size_t room_for_growth = std::size_t{64} * 1024;

/// A file beside the vault's that will take its place: whole, durable, private. Removed with this
/// object unless it did or is kept. `place` must outlive it.
class ReplacementFile {
 public:
  /// Makes an empty one under a name that nobody else has; see Stake. It gets the vault's owner,
  /// and its group where that can be, else those of the folder. Faults: vault.
  [[nodiscard]] static Result<ReplacementFile> make(const VaultPlace& place, const Stake& stake,
                                                    VaultNotes& notes);
  ReplacementFile(ReplacementFile&& other) noexcept = default;
  ReplacementFile& operator=(ReplacementFile&& other) = delete;
  ~ReplacementFile();

  /// Takes that much of the disk now, so that a later `write` doesn't find it full. Faults: vault.
  [[nodiscard]] Result<void> reserve(std::size_t bytes);

  /// Makes `text` all that it holds, on the disk itself. Faults: vault.
  [[nodiscard]] Result<void> write(std::string_view text);

  /// Whether its name still leads to it: somebody may have removed it, or put another file there.
  [[nodiscard]] bool is_in_place() const;

  /// Puts it in the vault's place; whoever calls it has made sure that it is in place. It is done
  /// with then. False where its name is gone all the same. Faults: vault.
  [[nodiscard]] Result<bool> publish();

  /// Leaves it where it is, for the next command. It is done with then.
  void keep() noexcept { file_ = FileDescriptor(); }

  /// Whether nobody else can read it; false where the file system keeps no modes.
  [[nodiscard]] bool is_private() const noexcept { return is_private_; }

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  ReplacementFile(const VaultPlace& place, std::string name, FileDescriptor file)
      : place_(&place), name_(std::move(name)), file_(std::move(file)) {}

  const VaultPlace* place_;
  std::string name_;
  FileDescriptor file_;     // open for as long as there is something to be removed
  FileDescriptor ballast_;  // space that is given back before a write
  bool is_private_ = true;
};

}  // namespace pindus
