#include "core/services/crypto.hpp"

#include <botan/ber_dec.h>
#include <botan/data_src.h>
#include <botan/ecdsa.h>
#include <botan/hash.h>
#include <botan/mac.h>
#include <botan/mem_ops.h>
#include <botan/pem.h>
#include <botan/pkcs8.h>
#include <botan/pubkey.h>
#include <botan/rsa.h>
#include <botan/system_rng.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include <pindus/plugin.h>

namespace pindus {
namespace {

using Kind = CryptoFailure::Kind;

std::unexpected<CryptoFailure> failed(Kind kind, std::string message = {}, std::string hint = {}) {
  return std::unexpected(CryptoFailure{kind, {std::move(message), std::move(hint)}});
}

const std::uint8_t* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

std::uint8_t* bytes_of(std::string& text) noexcept {
  return reinterpret_cast<std::uint8_t*>(text.data());
}

const char* hash_name(std::uint32_t digest) noexcept {
  switch (digest) {
    case PINDUS_DIGEST_SHA256: return "SHA-256";
    case PINDUS_DIGEST_SHA384: return "SHA-384";
    case PINDUS_DIGEST_SHA512: return "SHA-512";
    case PINDUS_DIGEST_SHA1: return "SHA-1";
    default: return nullptr;
  }
}

const char* hash_of_mac(std::uint32_t mac) noexcept {
  switch (mac) {
    case PINDUS_MAC_HMAC_SHA256: return "SHA-256";
    case PINDUS_MAC_HMAC_SHA384: return "SHA-384";
    case PINDUS_MAC_HMAC_SHA512: return "SHA-512";
    default: return nullptr;
  }
}

Secret hashed(const char* hash_name, std::string_view in) {
  const auto hash = Botan::HashFunction::create_or_throw(hash_name);
  hash->update(bytes_of(in), in.size());
  std::string digest(hash->output_length(), '\0');
  hash->final(bytes_of(digest));
  return Secret(std::move(digest));
}

// What a signature needs: a kind of key, and how Botan is asked for it.
struct Signature {
  std::uint32_t number;
  const char* name;
  const char* key;  // in words
  const char* scheme;
};
constexpr Signature signatures[] = {
    {PINDUS_SIGN_RS256, "RS256", "an RSA key of 2048 to 8192 bits", "EMSA3(SHA-256)"},
    {PINDUS_SIGN_ES256, "ES256", "a key of the curve P-256", "EMSA1(SHA-256)"},
    {PINDUS_SIGN_EDDSA, "EdDSA", "an Ed25519 key", "Pure"},
};

// RFC 7518 section 3.3 wants the least; a key beyond the most would sign for seconds.
constexpr std::size_t least_rsa_bits = 2048;
constexpr std::size_t most_rsa_bits = 8192;
constexpr const char* p256 = "secp256r1";

bool fits(const Signature& signature, const Botan::Private_Key& key) {
  if (signature.number == PINDUS_SIGN_EDDSA) return key.algo_name() == "Ed25519";
  if (const auto* rsa = dynamic_cast<const Botan::RSA_PrivateKey*>(&key)) {
    const std::size_t bits = rsa->get_n().bits();
    return signature.number == PINDUS_SIGN_RS256 && bits >= least_rsa_bits && bits <= most_rsa_bits;
  }
  const auto* curve_key = dynamic_cast<const Botan::ECDSA_PrivateKey*>(&key);
  return signature.number == PINDUS_SIGN_ES256 && curve_key != nullptr &&
         curve_key->domain() == Botan::EC_Group(p256);
}

// RFC 5915. The curve may be left out, as it stands in a block of its own before this one.
std::unique_ptr<Botan::Private_Key> load_curve_key(const Botan::secure_vector<std::uint8_t>& der) {
  std::size_t version = 0;
  Botan::secure_vector<std::uint8_t> number;
  Botan::OID curve;
  const Botan::EC_Group group(p256);
  Botan::BER_Decoder(der)
      .start_cons(Botan::SEQUENCE)
      .decode(version)
      .decode(number, Botan::OCTET_STRING)
      .decode_optional(curve, Botan::ASN1_Tag(0),
                       Botan::ASN1_Tag(Botan::CONSTRUCTED | Botan::CONTEXT_SPECIFIC),
                       group.get_curve_oid());
  if (version != 1 || number.size() != group.get_order_bytes() || curve != group.get_curve_oid()) {
    throw std::invalid_argument("another curve");
  }
  return std::make_unique<Botan::ECDSA_PrivateKey>(Botan::system_rng(), group,
                                                   Botan::BigInt(number));
}

// The first block of that label and all behind it; empty where there is none.
std::string_view block(std::string_view pem, std::string_view label) {
  const auto begin = pem.find(fmt::format("-----BEGIN {}-----", label));
  return begin == pem.npos ? std::string_view() : pem.substr(begin);
}

Botan::secure_vector<std::uint8_t> content(std::string_view block, const std::string& label) {
  Botan::DataSource_Memory source(bytes_of(block), block.size());
  return Botan::PEM_Code::decode_check_label(source, label);
}

// PKCS #8 (RFC 5958), and the older forms of RSA (RFC 8017) and of curves. Null where there is
// none; throws where it is broken.
std::unique_ptr<Botan::Private_Key> load_key(std::string_view pem) {
  std::unique_ptr<Botan::Private_Key> key;
  if (const auto any = block(pem, "PRIVATE KEY"); !any.empty()) {
    Botan::DataSource_Memory source(bytes_of(any), any.size());
    key = Botan::PKCS8::load_key(source);
  } else if (const auto rsa = block(pem, "RSA PRIVATE KEY"); !rsa.empty()) {
    key = std::make_unique<Botan::RSA_PrivateKey>(Botan::AlgorithmIdentifier(),
                                                  content(rsa, "RSA PRIVATE KEY"));
  } else if (const auto curve = block(pem, "EC PRIVATE KEY"); !curve.empty()) {
    key = load_curve_key(content(curve, "EC PRIVATE KEY"));
  }
  // Of a curve's key this looks at its range. Of an RSA key it would search for primes; that one
  // is tried when it signs.
  const bool is_rsa = key && key->algo_name() == "RSA";
  if (key && !is_rsa && !key->check_key(Botan::system_rng(), false)) {
    throw std::invalid_argument("out of range");
  }
  return key;
}

// Why no key came out of it, as far as that can be seen.
std::unexpected<CryptoFailure> no_key(std::string_view pem) {
  if (pem.contains("ENCRYPTED")) {
    return failed(Kind::no_key, "the private key is encrypted, and nobody can be asked how",
                  "openssl pkey -in FILE");
  }
  if (pem.contains("PUBLIC KEY-----") || pem.contains("BEGIN CERTIFICATE")) {
    return failed(Kind::no_key, "what should be a private key is a public one",
                  "give the file that begins with BEGIN PRIVATE KEY");
  }
  if (pem.contains("BEGIN OPENSSH PRIVATE KEY")) {
    return failed(Kind::no_key, "the private key is in the form of OpenSSH",
                  "ssh-keygen -p -m PKCS8 -f FILE");
  }
  return failed(Kind::no_key, "what should be a private key in PEM is none, or not all of it",
                "give the whole file that begins with BEGIN PRIVATE KEY");
}

class BotanCrypto final : public Crypto {
 public:
  void random(std::span<std::uint8_t> out) override {
    try {
      Botan::system_rng().randomize(out.data(), out.size());
    } catch (const std::exception& error) {
      throw std::runtime_error(error.what());
    }
  }

  CryptoResult digest(std::uint32_t algorithm, std::string_view in) override {
    const char* name = hash_name(algorithm);
    if (name == nullptr) return failed(Kind::unsupported);
    return hashed(name, in);
  }

  CryptoResult mac(std::uint32_t algorithm, std::string_view key, std::string_view in) override {
    const char* hash = hash_of_mac(algorithm);
    if (hash == nullptr) return failed(Kind::unsupported);
    const auto hmac =
        Botan::MessageAuthenticationCode::create_or_throw(fmt::format("HMAC({})", hash));
    // RFC 2104 section 2. Botan does this itself, but refuses keys of more than 4 KiB.
    Secret digest;
    if (!hmac->valid_keylength(key.size())) {
      digest = hashed(hash, key);
      key = digest.view();
    }
    hmac->set_key(bytes_of(key), key.size());
    hmac->update(bytes_of(in), in.size());
    std::string out(hmac->output_length(), '\0');
    hmac->final(bytes_of(out));
    return Secret(std::move(out));
  }

  CryptoResult sign(std::uint32_t algorithm, std::string_view pem, std::string_view in) override {
    constexpr std::size_t max_pem = std::size_t{64} << 10;
    const auto* signature = std::ranges::find(signatures, algorithm, &Signature::number);
    if (signature == std::end(signatures)) return failed(Kind::unsupported);
    if (pem.size() > max_pem) {
      return failed(Kind::too_large, "what should be a private key is longer than 64 KiB",
                    "give the file that begins with BEGIN PRIVATE KEY");
    }
    try {
      const auto key = load_key(pem);
      if (!key) return no_key(pem);
      if (!fits(*signature, *key)) {
        return failed(Kind::no_key,
                      fmt::format("the private key is not {}, which {} needs", signature->key,
                                  signature->name),
                      "give a key of the kind that the service asks for");
      }
      Botan::PK_Signer signer(*key, Botan::system_rng(), signature->scheme);
      const auto bytes = signer.sign_message(bytes_of(in), in.size(), Botan::system_rng());
      return Secret(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception&) {
      return no_key(pem);
    }
  }

  bool equal(std::string_view a, std::string_view b) override {
    return a.size() == b.size() && Botan::constant_time_compare(bytes_of(a), bytes_of(b), a.size());
  }
};

}  // namespace
}  // namespace pindus

extern "C" [[gnu::visibility("default")]] pindus::Crypto* pindus_crypto_1() noexcept {
  return new (std::nothrow) pindus::BotanCrypto;
}
