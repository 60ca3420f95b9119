#include <pindus/plugin.h>

#include "tests/support/child_process.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/services_keys.hpp"
#include "tests/unit/services_support.hpp"

using pindus::CryptoFailure;
using pindus::test::ed25519_key;
using pindus::test::p256_key;
using pindus::test::p256_key_sec1;
using pindus::test::p256_public_key;
using pindus::test::rsa_key;
using pindus::test::rsa_key_pkcs1;
using pindus::test::run_process;
using pindus::test::services;
using pindus::test::TemporaryDirectory;
using pindus::test::write_file;

namespace {

// The signature in base64url, or why there is none.
std::string signature(std::uint32_t algorithm, std::string_view pem, std::string_view in) {
  const auto bytes = services().sign(algorithm, pem, in);
  if (!bytes) return "no signature: " + bytes.error().why.message;
  return std::string(services().encode(PINDUS_ENCODING_BASE64URL, bytes->view())->view());
}

std::string openssl(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {"openssl"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  const auto result = run_process(argv, pindus::test::plain_environment());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return result.out;
}

// R and S, 32 bytes each, as the DER that openssl wants.
std::string der_signature(std::string_view raw) {
  const auto integer = [](std::string_view bytes) {
    const std::string sign = static_cast<unsigned char>(bytes[0]) >= 0x80 ? std::string(1, 0) : "";
    const auto size = static_cast<char>(bytes.size() + sign.size());
    return std::string("\x02") + size + sign + std::string(bytes);
  };
  const std::string both = integer(raw.substr(0, 32)) + integer(raw.substr(32));
  return std::string("\x30") + static_cast<char>(both.size()) + both;
}

bool openssl_verifies(const std::string& public_key, std::string_view raw, std::string_view in) {
  const TemporaryDirectory directory;
  write_file(directory / "key", public_key);
  write_file(directory / "signature", der_signature(raw));
  write_file(directory / "message", in);
  const auto result = run_process({"openssl", "dgst", "-sha256", "-verify", directory / "key",
                                   "-signature", directory / "signature", directory / "message"},
                                  pindus::test::plain_environment());
  return result.exit_code == 0;
}

constexpr const char* rs256_input =
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
constexpr const char* es256_input =
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
    "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
constexpr const char* eddsa_input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";

}  // namespace

TEST_CASE("RS256 gives the signature of RFC 7515, appendix A.2, with either form of its key") {
  constexpr const char* expected =
      "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8"
      "W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvk"
      "SjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCn"
      "vWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
  CHECK(signature(PINDUS_SIGN_RS256, rsa_key, rs256_input) == expected);
  CHECK(signature(PINDUS_SIGN_RS256, rsa_key_pkcs1, rs256_input) == expected);
  CHECK(signature(PINDUS_SIGN_RS256, std::string("Bag Attributes\n  a: b\n") + rsa_key,
                  rs256_input) == expected);
}

TEST_CASE("what ES256 signs with the key of RFC 7515, appendix A.3, is verified by openssl") {
  const auto published = services().decode(
      PINDUS_ENCODING_BASE64URL,
      "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  CHECK(openssl_verifies(p256_public_key, published->view(), es256_input));
  CHECK_FALSE(openssl_verifies(p256_public_key, published->view(), rs256_input));
  // openssl ecparam -genkey writes the curve in a block of its own before the key.
  constexpr const char* parameters =
      "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
  for (const std::string& key : {std::string(p256_key), std::string(p256_key_sec1),
                                 parameters + std::string(p256_key_sec1)}) {
    const auto made = services().sign(PINDUS_SIGN_ES256, key, es256_input);
    REQUIRE(made);
    REQUIRE(made->view().size() == 64);
    CHECK(openssl_verifies(p256_public_key, made->view(), es256_input));
  }
}

TEST_CASE("EdDSA gives the signature of RFC 8037, appendix A.4") {
  CHECK(signature(PINDUS_SIGN_EDDSA, ed25519_key, eddsa_input) ==
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
}

TEST_CASE("an algorithm that nobody knows is unsupported, whatever the key") {
  for (const std::uint32_t number : {0U, 4U, ~0U}) {
    const auto made = services().sign(number, "no key", "x");
    REQUIRE_FALSE(made);
    CHECK(made.error().kind == CryptoFailure::Kind::unsupported);
  }
}

TEST_CASE("a private key that is none says what it is instead, and no word of itself") {
  const TemporaryDirectory directory;
  const auto made_by = [](const std::vector<std::string>& arguments) { return openssl(arguments); };
  const std::string rsa = rsa_key;
  const std::string key_file = directory / "key.pem";
  write_file(key_file, rsa);
  std::string swapped = rsa;
  std::swap(swapped[200], swapped[300]);
  // A number that is no modulus, of more bits than are tried.
  write_file(directory / "huge.cnf", "asn1=SEQUENCE:k\n[k]\nv=INTEGER:0\nn=INTEGER:0x" +
                                         std::string(3000, 'd') +
                                         "\ne=INTEGER:3\nd=INTEGER:3\np=INTEGER:3\nq=INTEGER:3\n"
                                         "a=INTEGER:3\nb=INTEGER:3\nc=INTEGER:3\n");
  openssl(
      {"asn1parse", "-genconf", directory / "huge.cnf", "-noout", "-out", directory / "huge.der"});
  const std::string huge(
      services()
          .encode(PINDUS_ENCODING_BASE64, pindus::test::read_file(directory / "huge.der"))
          ->view());

  struct Case {
    const char* what;
    std::string pem;
    const char* said;
  };
  const std::vector<Case> cases = {
      {"nothing", "", "is none, or not all of it"},
      {"a text", "sk-proj-0123456789", "is none, or not all of it"},
      {"a truncated key", rsa.substr(0, 900), "is none, or not all of it"},
      {"a key without its end", rsa.substr(0, rsa.find("-----END")), "is none, or not all of it"},
      {"a key with a foreign character",
       "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----", "is none, or not all of it"},
      {"an empty key", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
       "is none, or not all of it"},
      {"a key with two characters exchanged", swapped, "is none, or not all of it"},
      {"a public key", made_by({"pkey", "-in", key_file, "-pubout"}), "is a public one"},
      {"an encrypted key", made_by({"pkey", "-in", key_file, "-aes256", "-passout", "pass:secret"}),
       "is encrypted"},
      {"an encrypted key of the older form",
       made_by({"rsa", "-in", key_file, "-traditional", "-aes256", "-passout", "pass:secret"}),
       "is encrypted"},
      {"a key of OpenSSH",
       "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n-----END OPENSSH PRIVATE KEY-----\n",
       "form of OpenSSH"},
      {"another kind", p256_key, "not an RSA key of 2048 to 8192 bits, which RS256 needs"},
      {"a small key", made_by({"genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"}),
       "not an RSA key of 2048 to 8192 bits, which RS256 needs"},
      {"a key that would sign for minutes",
       "-----BEGIN RSA PRIVATE KEY-----\n" + huge + "\n-----END RSA PRIVATE KEY-----\n",
       "not an RSA key of 2048 to 8192 bits, which RS256 needs"},
  };
  for (const Case& bad : cases) {
    INFO(bad.what);
    const auto made = services().sign(PINDUS_SIGN_RS256, bad.pem, "x");
    REQUIRE_FALSE(made);
    CHECK(made.error().kind == CryptoFailure::Kind::no_key);
    INFO(made.error().why.message);
    CHECK(made.error().why.message.contains(bad.said));
    CHECK_FALSE(made.error().why.hint.empty());
    if (bad.pem.size() > 60) {
      CHECK_FALSE(made.error().why.message.contains(bad.pem.substr(40, 20)));
    }
  }
}

TEST_CASE("a curve's key of another curve is of another kind, in each form") {
  for (const char* curve : {"P-384", "secp256k1"}) {
    const std::string parameter = std::string("ec_paramgen_curve:") + curve;
    const std::string pkcs8 = openssl({"genpkey", "-algorithm", "EC", "-pkeyopt", parameter});
    const TemporaryDirectory directory;
    write_file(directory / "key.pem", pkcs8);
    const std::string sec1 = openssl({"ec", "-in", directory / "key.pem"});
    REQUIRE(sec1.contains("BEGIN EC PRIVATE KEY"));
    for (const std::string& key : {pkcs8, sec1}) {
      const auto made = services().sign(PINDUS_SIGN_ES256, key, "x");
      REQUIRE_FALSE(made);
      CHECK(made.error().kind == CryptoFailure::Kind::no_key);
    }
  }
  CHECK(signature(PINDUS_SIGN_EDDSA, p256_key, "x") ==
        "no signature: the private key is not an Ed25519 key, which EdDSA needs");
  CHECK(signature(PINDUS_SIGN_ES256, ed25519_key, "x") ==
        "no signature: the private key is not a key of the curve P-256, which ES256 needs");
}

TEST_CASE("a megabyte in place of a private key is refused unread") {
  const std::string megabyte = rsa_key + std::string((1 << 20) - 2000, '\n');
  const auto made = services().sign(PINDUS_SIGN_RS256, megabyte, "x");
  REQUIRE_FALSE(made);
  CHECK(made.error().kind == CryptoFailure::Kind::too_large);
  CHECK(made.error().why.message == "what should be a private key is longer than 64 KiB");
}
