#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace pindus::test {

/// A certificate for 127.0.0.1 that is its own authority, and its key. Any thread.
class TlsIdentity {
 public:
  TlsIdentity();
  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  /// As PEM, for whoever shall trust it.
  [[nodiscard]] const std::string& certificate_pem() const noexcept { return certificate_pem_; }
  [[nodiscard]] const std::string& key_pem() const noexcept { return key_pem_; }

 private:
  friend class TlsSide;
  struct Parts;
  std::unique_ptr<Parts> parts_;
  std::string certificate_pem_;
  std::string key_pem_;
};

/// The server's side of TLS over a connected socket, which blocks. One thread reads, one writes,
/// not at the same time.
class TlsSide {
 public:
  TlsSide(int descriptor, const TlsIdentity& identity);
  ~TlsSide();
  TlsSide(const TlsSide&) = delete;
  TlsSide& operator=(const TlsSide&) = delete;

  /// Whether `receive` has something without waiting.
  [[nodiscard]] bool has_bytes() const noexcept;
  /// What the peer has sent, once there is something that means bytes; empty at its end.
  [[nodiscard]] std::string receive();
  /// False where the peer is gone.
  [[nodiscard]] bool send(std::string_view bytes);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace pindus::test
