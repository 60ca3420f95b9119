#include "tests/support/tls_side.hpp"

#include <botan/auto_rng.h>
#include <botan/credentials_manager.h>
#include <botan/ecdsa.h>
#include <botan/pkcs8.h>
#include <botan/tls_callbacks.h>
#include <botan/tls_policy.h>
#include <botan/tls_server.h>
#include <botan/tls_session_manager.h>
#include <botan/x509self.h>
#include <sys/socket.h>

#include <array>
#include <utility>
#include <vector>

namespace pindus::test {

struct TlsIdentity::Parts final : Botan::Credentials_Manager {
  Botan::AutoSeeded_RNG random;
  Botan::ECDSA_PrivateKey key{random, Botan::EC_Group("secp256r1")};
  Botan::X509_Certificate certificate = make_certificate();

  Botan::X509_Certificate make_certificate() {
    Botan::X509_Cert_Options options("127.0.0.1");
    options.ip = "127.0.0.1";
    return Botan::X509::create_self_signed_cert(options, key, "SHA-256", random);
  }

  std::vector<Botan::X509_Certificate> cert_chain(const std::vector<std::string>& kinds,
                                                  const std::string&, const std::string&) override {
    for (const std::string& kind : kinds) {
      if (kind == key.algo_name()) return {certificate};
    }
    return {};
  }
  Botan::Private_Key* private_key_for(const Botan::X509_Certificate&, const std::string&,
                                      const std::string&) override {
    return &key;
  }
};

TlsIdentity::TlsIdentity()
    : parts_(std::make_unique<Parts>()),
      certificate_pem_(parts_->certificate.PEM_encode()),
      key_pem_(Botan::PKCS8::PEM_encode(parts_->key)) {}
TlsIdentity::~TlsIdentity() = default;

struct TlsSide::Parts final : Botan::TLS::Callbacks {
  Parts(int its_descriptor, TlsIdentity::Parts& identity)
      : descriptor(its_descriptor), server(*this, sessions, identity, policy, random) {}

  void tls_emit_data(const std::uint8_t data[], std::size_t size) override {
    while (size > 0 && !is_gone) {
      const ssize_t sent = ::send(descriptor, data, size, MSG_NOSIGNAL);
      is_gone = sent <= 0;
      if (is_gone) break;
      data += sent;
      size -= static_cast<std::size_t>(sent);
    }
  }
  void tls_record_received(std::uint64_t, const std::uint8_t data[], std::size_t size) override {
    received.append(reinterpret_cast<const char*>(data), size);
  }
  void tls_alert(Botan::TLS::Alert) override {}
  bool tls_session_established(const Botan::TLS::Session&) override { return false; }

  int descriptor;
  bool is_gone = false;
  std::string received;
  Botan::AutoSeeded_RNG random;
  Botan::TLS::Session_Manager_Noop sessions;
  Botan::TLS::Policy policy;
  Botan::TLS::Server server;
};

TlsSide::TlsSide(int descriptor, const TlsIdentity& identity)
    : parts_(std::make_unique<Parts>(descriptor, *identity.parts_)) {}
TlsSide::~TlsSide() = default;

bool TlsSide::has_bytes() const noexcept {
  return !parts_->received.empty();
}

std::string TlsSide::receive() {
  std::array<std::uint8_t, 18 << 10> buffer{};
  try {
    while (parts_->received.empty() && !parts_->server.is_closed()) {
      const ssize_t size = ::recv(parts_->descriptor, buffer.data(), buffer.size(), 0);
      if (size <= 0) break;
      parts_->server.received_data(buffer.data(), static_cast<std::size_t>(size));
    }
  } catch (const std::exception&) {
    parts_->is_gone = true;  // what it said isn't TLS
  }
  return std::exchange(parts_->received, {});
}

bool TlsSide::send(std::string_view bytes) {
  try {
    parts_->server.send(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  } catch (const std::exception&) {
    return false;
  }
  return !parts_->is_gone;
}

}  // namespace pindus::test
