#include "core/vault/vault_watch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <tuple>
#include <utility>

#include "core/base/platform.hpp"
#include "core/vault/file_fault.hpp"
#include "core/vault/private_file.hpp"
#include "core/vault/vault_place.hpp"

namespace pindus {
namespace {

class FileWatch final : public VaultWatch {
 public:
  FileWatch(FileDescriptor watch, std::filesystem::path file)
      : watch_(std::move(watch)), file_(std::move(file)) {
    follow_link();
  }

  [[nodiscard]] int descriptor() const noexcept override { return watch_.get(); }

  [[nodiscard]] bool take() override {
    const auto names = platform::take_changed_names(watch_.get());
    const bool is_changed = std::ranges::any_of(names, [&](const std::string& name) {
      return name.empty() || name == file_.filename() || name == target_.filename();
    });
    // A link may lead elsewhere by now.
    if (is_changed) follow_link();
    return is_changed;
  }

 private:
  void follow_link() {
    const auto place = VaultPlace::find(file_);
    if (!place || place->file == target_) return;
    target_ = place->file;
    // What can't be watched there is told by the link alone.
    std::ignore = platform::add_folder(watch_.get(), target_.parent_path());
  }

  FileDescriptor watch_;
  std::filesystem::path file_;
  std::filesystem::path target_;
};

class RingWatch final : public VaultWatch {
 public:
  explicit RingWatch(FileDescriptor rung) : rung_(std::move(rung)) {}

  [[nodiscard]] int descriptor() const noexcept override { return rung_.get(); }

  [[nodiscard]] bool take() override {
    std::array<char, 256> rings;
    bool is_changed = false;
    while (::read(rung_.get(), rings.data(), rings.size()) > 0) is_changed = true;
    return is_changed;
  }

 private:
  FileDescriptor rung_;
};

}  // namespace

Result<std::unique_ptr<VaultWatch>> watch_vault(const std::filesystem::path& profile) {
  TRY(make_private_directory(profile));
  auto watch = platform::make_folder_watch();
  if (!watch) return std::unexpected(file_fault(profile, "watched", watch.error()));
  if (const auto added = platform::add_folder(watch->get(), profile); !added) {
    return std::unexpected(file_fault(profile, "watched", added.error()));
  }
  return std::make_unique<FileWatch>(*std::move(watch), profile / "auth.json");
}

Result<void> WatchedMemory::change(const VaultEdit& edit, const std::stop_token& stop) {
  TRY(MemoryStorage::change(edit, stop));
  const std::scoped_lock lock(watch_mutex_);
  // Where it is full, it is readable anyway.
  if (ring_.is_open()) std::ignore = ::write(ring_.get(), "", 1);
  return {};
}

Result<std::unique_ptr<VaultWatch>> WatchedMemory::watch() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    return std::unexpected(file_fault("the credential store in memory", "watched", errno));
  }
  auto watch = std::make_unique<RingWatch>(FileDescriptor(ends[0]));
  const std::scoped_lock lock(watch_mutex_);
  ring_ = FileDescriptor(ends[1]);
  return watch;
}

}  // namespace pindus
