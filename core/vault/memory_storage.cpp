#include "core/vault/memory_storage.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/vault/file_fault.hpp"
#include "core/vault/file_lock.hpp"

namespace pindus {

class MemoryStorage::Held final : public HeldAccounts {
 public:
  Held(MemoryStorage& storage, std::set<std::int64_t> bytes)
      : storage_(storage), bytes_(std::move(bytes)) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() override {
    {
      const std::scoped_lock lock(storage_.mutex_);
      for (const std::int64_t byte : bytes_) storage_.held_.erase(byte);
    }
    storage_.released_.notify_all();
  }

  Result<VaultDocument> reserve(const std::stop_token& stop) override {
    return storage_.read(stop);
  }
  Result<void> change(const VaultEdit& edit, const std::stop_token& stop) override {
    return storage_.change(edit, stop);
  }
  std::optional<std::filesystem::path> kept_in() const override { return std::nullopt; }

 private:
  MemoryStorage& storage_;
  std::set<std::int64_t> bytes_;
};

std::string MemoryStorage::text() const {
  const std::scoped_lock lock(mutex_);
  return std::string(text_);
}

bare::KeyAnswer MemoryStorage::find_ready_key(const bare::KeyRequest& request,
                                              bare::TextBuffer& out) {
  const std::scoped_lock lock(mutex_);
  bare::JsonReader reader({text_.data(), text_.size()});
  return bare::find_ready_key(reader, request, out);
}

Result<VaultDocument> MemoryStorage::read(const std::stop_token&) {
  const std::scoped_lock lock(mutex_);
  return VaultDocument::parse(text_, "the credential store in memory");
}

Result<std::unique_ptr<HeldAccounts>> MemoryStorage::hold_accounts(
    std::span<const Account> accounts, const std::stop_token& stop) {
  std::set<std::int64_t> bytes;
  for (const Account& account : accounts) bytes.insert(account.lock_byte());
  std::unique_lock lock(mutex_);
  // All of them at once: then two who want several don't wait for each other.
  const auto are_free = [&] {
    return std::ranges::none_of(bytes, [&](std::int64_t byte) { return held_.contains(byte); });
  };
  if (!released_.wait_for(lock, stop, lock_wait_limit, are_free)) {
    if (stop.stop_requested()) return std::unexpected(stopped_fault());
    return fail(FaultKind::vault,
                fmt::format("{} was locked for {} s", accounts.front().described(),
                            lock_wait_limit.count()));
  }
  held_.insert(bytes.begin(), bytes.end());
  return std::make_unique<Held>(*this, std::move(bytes));
}

std::string MemoryStorage::memo(const Account& account) {
  const std::scoped_lock lock(mutex_);
  return memos_[account.lock_byte()];
}

void MemoryStorage::leave_memo(const Account& account, std::string_view text) {
  const std::scoped_lock lock(mutex_);
  memos_[account.lock_byte()] = text;
}

Result<void> MemoryStorage::change(const VaultEdit& edit, const std::stop_token&) {
  const std::scoped_lock lock(mutex_);
  const auto document = TRY(VaultDocument::parse(text_, "the credential store in memory"));
  text_ = TRY(edit(document));
  return {};
}

}  // namespace pindus
