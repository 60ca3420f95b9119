#include "core/vault/memory_storage.hpp"

#include <fmt/core.h>

#include "core/vault/file_fault.hpp"
#include "core/vault/file_lock.hpp"

namespace pindus {

class MemoryStorage::Held final : public HeldAccount {
 public:
  Held(MemoryStorage& storage, std::int64_t byte) : storage_(storage), byte_(byte) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() override {
    {
      const std::scoped_lock lock(storage_.mutex_);
      storage_.held_.erase(byte_);
    }
    storage_.released_.notify_all();
  }

  Result<void> reserve() override { return {}; }
  Result<void> change(const VaultEdit& edit, const std::stop_token& stop) override {
    return storage_.change(edit, stop);
  }

 private:
  MemoryStorage& storage_;
  std::int64_t byte_;
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

Result<std::unique_ptr<HeldAccount>> MemoryStorage::hold_account(const Account& account,
                                                                 const std::stop_token& stop) {
  const std::int64_t byte = account.lock_byte();
  std::unique_lock lock(mutex_);
  const auto is_free = [&] { return !held_.contains(byte); };
  if (!released_.wait_for(lock, stop, lock_wait_limit, is_free)) {
    if (stop.stop_requested()) return std::unexpected(stopped_fault());
    return fail(FaultKind::vault, fmt::format("{} was locked for {} s", account.described(),
                                              lock_wait_limit.count()));
  }
  held_.insert(byte);
  return std::make_unique<Held>(*this, byte);
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
  const auto document = PINDUS_TRY(VaultDocument::parse(text_, "the credential store in memory"));
  text_ = PINDUS_TRY(edit(document));
  return {};
}

}  // namespace pindus
