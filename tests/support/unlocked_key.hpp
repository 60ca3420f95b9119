#pragma once

#include <sys/random.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include "core/bare/sealed_value.hpp"

namespace pindus::test {

/// The key of a protected vault, of which nobody else knows; it lies in this user's keyring in the
/// kernel until `lock` or the end of this object.
class UnlockedKey {
 public:
  UnlockedKey() {
    fill(key_, sizeof key_);
    unsigned char bytes[bare::vault_key_id_size / 2];
    fill(bytes, sizeof bytes);
    for (const unsigned char byte : bytes) {
      id_ += "0123456789abcdef"[byte >> 4];
      id_ += "0123456789abcdef"[byte & 15];
    }
    error_ = bare::keep_vault_key(text(id_), key_, 600);
  }
  UnlockedKey(const UnlockedKey&) = delete;
  UnlockedKey& operator=(const UnlockedKey&) = delete;
  ~UnlockedKey() { lock(); }

  /// The errno that says why there is no keyring here; 0.
  [[nodiscard]] int error() const { return error_; }

  void lock() const { static_cast<void>(bare::forget_vault_key(text(id_))); }

  /// The sealed form of a secret.
  [[nodiscard]] std::string seal(std::string_view secret, std::string_view provider,
                                 std::string_view account, std::string_view member) const {
    unsigned char nonce[bare::seal_nonce_size];
    fill(nonce, sizeof nonce);
    std::string sealed(bare::sealed_size(secret.size()), '\0');
    bare::TextBuffer out(sealed.data(), sealed.size());
    bare::append_sealed(text(secret), text(id_), key_, nonce,
                        {text(provider), text(account), text(member)}, out);
    return sealed;
  }

 private:
  static bare::Text text(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
  static void fill(unsigned char* bytes, std::size_t size) {
    if (getrandom(bytes, size, 0) != static_cast<ssize_t>(size)) {
      throw std::runtime_error("there is no chance to be had");
    }
  }

  unsigned char key_[bare::vault_key_size];
  std::string id_;
  int error_ = 0;
};

}  // namespace pindus::test
